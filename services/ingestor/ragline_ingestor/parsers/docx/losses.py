"""What of a file is not in its text, to be told its publisher."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Loss(StrEnum):
    """Content that is not indexed; the value says how many of what, and what helps."""

    PICTURE = "pictures without a description: text in them is not indexed"
    COMMENT = "comments are not indexed: RAGLINE_INGESTOR__DOCX_COMMENTS includes them"
    REMARK = "comments are not indexed"
    HIDDEN = "passages are hidden text and not indexed"
    SHAPE = "shapes are hidden and not indexed"
    OBJECT = "embedded objects are not read: publish them as documents of their own"
    DOCUMENT = "inserted documents are not read: publish them on their own"
    DRAWING = "charts or diagrams are damaged and not indexed"
    NOTE = "notes are referred to but missing in the file"
    SYMBOL = "symbols of fonts that are not known are not indexed"


class Losses:
    """Counts what is left out of one file."""

    def __init__(self) -> None:
        self._counts: Counter[Loss] = Counter()

    def add(self, loss: Loss) -> None:
        """Count one more."""
        self._counts[loss] += 1

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each kind that occurred."""
        return tuple(f"{self._counts[loss]} {loss}" for loss in Loss if self._counts[loss])
