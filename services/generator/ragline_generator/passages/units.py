"""Splits a passage into units that can be kept or left out without harm to their meaning.

Units are sentences of prose, whole list items, whole numbered steps with all that is indented
under them, whole code blocks and single table rows. They never overlap, keep their order, and
each is a half-open character range. Markdown and plain text with underlined titles both work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ragline_generator.passages.blocks import block
from ragline_generator.passages.lines import LineKind, Lines, lines_of
from ragline_generator.passages.sentences import sentences, trim

__all__ = ["LineKind", "Unit", "split"]


@dataclass(frozen=True, slots=True)
class Unit:
    """`text[start:end]` of the passage, without the white space around it."""

    start: int
    end: int
    kind: LineKind


# An answer's parts each look at the same passages: relevance, extract, verdicts
@lru_cache(maxsize=512)
def split(text: str) -> tuple[Unit, ...]:
    """Split `text` into its units, in order."""
    lines = lines_of(text)
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        if lines[at].blank:
            at += 1
            continue
        kind, count = block(lines, at)
        units.extend(_units(text, lines[at : at + count], kind))
        at += count
    return tuple(units)


def _units(text: str, lines: Lines, kind: LineKind) -> Iterator[Unit]:
    if kind is LineKind.PROSE:
        for start, end in sentences(text, lines[0].start, lines[-1].end):
            yield Unit(start, end, kind)
        return
    start, end = trim(text, lines[0].start, lines[-1].end)
    yield Unit(start, end, kind)
