"""Language tags in documents and in questions, reduced to the primary language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_SUBTAGS = re.compile(r"[-_.]")
# tags of individual languages that belong to a macrolanguage (ISO 639-3), by whose tag questions
# and other documents call them, and two obsolete tags
_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "nb": "no",
        "nn": "no",
        "cmn": "zh",
        "wuu": "zh",
        "yue": "zh",
        "arb": "ar",
        "ary": "ar",
        "arz": "ar",
        "iw": "he",
        "in": "id",
    }
)


def primary_language(tag: str | None) -> str | None:
    """Return the primary subtag of a language tag (BCP 47), lower case; None for an empty one.

    An individual language is reduced to its macrolanguage: Bokmål is Norwegian.

    >>> primary_language("en-US"), primary_language("pt_BR.UTF-8"), primary_language("nb")
    ('en', 'pt', 'no')
    """
    language = _SUBTAGS.split((tag or "").strip(), maxsplit=1)[0].lower()
    return _WHOLE.get(language, language) or None
