"""Languages as documents state them and questions ask for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_SUBTAGS = re.compile(r"[-_.]")
# tags of languages that questions and other documents call by the name of the whole (ISO 639-3
# macrolanguages), and two that are out of use
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

    Parts of a language that goes by one name are that language: Bokmål is Norwegian.

    >>> primary_language("en-US"), primary_language("pt_BR.UTF-8"), primary_language("nb")
    ('en', 'pt', 'no')
    """
    language = _SUBTAGS.split((tag or "").strip(), maxsplit=1)[0].lower()
    return _WHOLE.get(language, language) or None
