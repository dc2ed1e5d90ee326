"""Word lists by language, for what a PDF does not say of its words."""

from __future__ import annotations

from functools import cache

from spellchecker import SpellChecker

DEFAULT = "en"


@cache
def dictionary(language: str) -> SpellChecker:
    """Return what tells whether a word, in lower case, is one of `language` (ISO 639)."""
    return SpellChecker(language=language, distance=1)
