"""The lines of a passage, and the kinds of blocks that they form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """The kind of a unit. Noise (comments, imports, front matter) is never quoted as an answer."""

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
        """The offset after its last character."""
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        """The number of leading white-space characters."""
        return len(self.text) - len(self.text.lstrip())

    @property
    def blank(self) -> bool:
        """Whether it is empty or only white space."""
        return not self.text.strip()


Lines = Sequence[Line]
# Looks at `lines[at:]`; returns the kind and number of lines of the block, or None
Rule = Callable[[Lines, int], tuple[LineKind, int] | None]


def lines_of(text: str) -> list[Line]:
    """Return the lines of `text`."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(Line(start, line))
        start += len(line) + 1
    return lines
