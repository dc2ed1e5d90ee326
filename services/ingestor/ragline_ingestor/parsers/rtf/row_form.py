"""How the next row of a table looks, as a file says before its cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline_ingestor.parsers.rtf.story import CellForm


@dataclass(slots=True)
class RowForm:
    """The forms of the cells so far, and of the one that is being described."""

    cells: list[CellForm] = field(default_factory=list)
    is_head: bool = False
    _cell: CellForm = field(default_factory=CellForm)

    def merge(self, cell: CellForm) -> None:
        """Say how the cell is merged."""
        self._cell = cell

    def end_cell(self) -> None:
        """End the description of a cell."""
        self.cells.append(self._cell)
        self._cell = CellForm()
