"""Citation markers in an answer's text: `[1]` cites the first source.

Brackets inside code spans and fences are code, not markers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ragline.code_spans import code_spans

NUMBER = r"\d{1,3}"
_MARKER = re.compile(rf"\[({NUMBER})\]")


def numbers_pattern(space: str = r"\s*") -> str:
    """Return the pattern of a marker's numbers as others write them: `1` or `1, 3`.

    `space` may stand around the commas.
    """
    return rf"{NUMBER}(?:{space},{space}{NUMBER})*"


@dataclass(frozen=True, slots=True)
class CitationMarker:
    """A marker: its number and its range in the text."""

    number: int
    start: int
    end: int


def find_markers(text: str, *, in_code: bool = False) -> Iterator[CitationMarker]:
    """Yield the markers in order; those in code only where asked for."""
    code = [] if in_code else list(code_spans(text))
    for match in _MARKER.finditer(text):
        if not any(start <= match.start() < end for start, end in code):
            yield CitationMarker(int(match[1]), match.start(), match.end())


def text_between_markers(
    text: str, *, numbers: Collection[int] | None = None, in_code: bool = False
) -> list[str]:
    """Return the pieces before, between and behind the markers (those of `numbers`, if given).

    There is one piece more than there are markers.
    """
    pieces, at = [], 0
    for marker in find_markers(text, in_code=in_code):
        if numbers is None or marker.number in numbers:
            pieces.append(text[at : marker.start])
            at = marker.end
    return [*pieces, text[at:]]


def without_markers(text: str) -> str:
    """Return `text` without its markers, so that their numbers do not count as content."""
    return "".join(text_between_markers(text))
