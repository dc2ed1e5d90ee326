"""What of a workbook is not in its text, to be told its publisher."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

_NAMED = 5


class SheetLoss(StrEnum):
    """Content that is not indexed; the value says how many of what, and what helps."""

    SHEET = "hidden sheets are not indexed: show them, or publish them on their own"
    ROW = "hidden or filtered rows are not indexed: show them first"
    COLUMN = "hidden columns are not indexed: show them first"
    FORMULA = (
        "formulas have no stored value and are missing: open and save the file in a spreadsheet"
        " program"
    )
    PICTURE = "pictures without a description: text in them is not indexed"
    DRAWING = "drawings or notes are damaged and not indexed"


class SheetLosses:
    """Collects the places of what is left out of one workbook."""

    def __init__(self) -> None:
        self._places: dict[SheetLoss, list[str]] = defaultdict(list)
        self._counts: dict[SheetLoss, int] = defaultdict(int)
        self._seen: set[tuple[SheetLoss, str]] = set()

    def add(self, loss: SheetLoss, place: str) -> None:
        """Count one more; the first places are kept to be named."""
        self._counts[loss] += 1
        if self._counts[loss] <= _NAMED:
            self._places[loss].append(place)

    def add_once(self, loss: SheetLoss, place: str) -> None:
        """Count a place that is come upon again and again, as a column is in each row."""
        if (loss, place) not in self._seen:
            self._seen.add((loss, place))
            self.add(loss, place)

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each kind that occurred, with the places."""
        return tuple(self._line(loss) for loss in SheetLoss if self._counts[loss])

    def _line(self, loss: SheetLoss) -> str:
        count, places = self._counts[loss], ", ".join(self._places[loss])
        return f"{count} {loss} ({places}{', …' if count > _NAMED else ''})"
