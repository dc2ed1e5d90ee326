"""Metadata of what was found: clipped rather than refused.

An index, or a record of an earlier release, may hold longer metadata than an event takes today, and
no question is to fail for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

from ragline.contracts import bounds
from ragline.contracts.base import HeadingPath, LanguageTag, Tags, Title, Url

T = TypeVar("T")

_TEXT = frozenset({str})


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _texts(fit: Callable[[str], T]) -> BeforeValidator:
    """Apply `fit` to texts; what is none is left to be refused."""
    return BeforeValidator(lambda value: fit(value) if isinstance(value, str) else value)


def _lists(fit: Callable[[Sequence[str]], T]) -> BeforeValidator:
    """Apply `fit` to lists of texts; what is none is left to be refused."""

    def applied(value: Any) -> Any:
        is_list = isinstance(value, list | tuple)
        if is_list and (_TEXT.issuperset(map(type, value)) or all(map(_is_text, value))):
            return fit(value)
        return value

    return BeforeValidator(applied)


def _unless_longer(most: int) -> BeforeValidator:
    return _texts(lambda text: text if len(text) <= most else None)


def _short_tags(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if len(tag) <= bounds.TAG_CHARS)[: bounds.TAGS]


FoundTitle = Annotated[Title, _texts(lambda text: bounds.clip(text, bounds.TITLE_CHARS))]
FoundPath = Annotated[HeadingPath, _lists(bounds.clip_path)]
# A part of an address, or of a language's name, is another one
FoundUrl = Annotated[Url | None, _unless_longer(bounds.URL_CHARS)]
FoundLanguage = Annotated[LanguageTag | None, _unless_longer(bounds.LANGUAGE_CHARS)]
FoundTags = Annotated[Tags, _lists(_short_tags)]
