"""Languages as documents state them and questions ask for them."""

from __future__ import annotations

import re

_SUBTAGS = re.compile(r"[-_.]")


def primary_language(tag: str | None) -> str | None:
    """Return the primary subtag of a language tag (BCP 47), lower case; None for an empty one.

    >>> primary_language("en-US"), primary_language("pt_BR.UTF-8"), primary_language("")
    ('en', 'pt', None)
    """
    return _SUBTAGS.split((tag or "").strip(), maxsplit=1)[0].lower() or None
