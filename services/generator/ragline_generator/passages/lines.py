"""A passage as lines, and what a run of them can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """What a unit is. Noise (comments, imports, front matter) is never quoted as an answer."""

    PROSE = "prose"
    HEADING = "heading"
    ITEM = "item"
    STEP = "step"
    CODE = "code"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the passage, from the character `start`."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The character behind its last one."""
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        """How many characters of white space it begins with."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it."""
        return not self.text.strip()


Lines = Sequence[Line]
# Looks at `lines[at:]`; returns the kind and how many lines belong to the block, or None
Rule = Callable[[Lines, int], tuple[LineKind, int] | None]


def lines_of(text: str) -> list[Line]:
    """Return the lines of `text`."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(Line(start, line))
        start += len(line) + 1
    return lines
