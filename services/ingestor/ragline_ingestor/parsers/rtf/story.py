"""A text of its own in a file (its body, a note, a box), which grows piece by piece into HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragline_ingestor.parsers.nested_lines import ListedLine, nested_html

_LOWEST = 6
# a longer one is text whose author wanted the style
_LONGEST_HEADING = 200
_NUMBER = re.compile(r"(\d{1,9})[.)]")
_LETTERS = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellForm:
    """How a cell is merged: it goes on from the left, or from above."""

    from_left: bool = False
    from_above: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Sequence[str]
    forms: Sequence[CellForm]
    is_head: bool


@dataclass(slots=True)
class _Flow:
    """Blocks one after the other; lines wait for more of their list."""

    blocks: list[str] = field(default_factory=list)
    lines: list[ListedLine] = field(default_factory=list)

    def add(self, block: str) -> None:
        """Add the HTML of a block."""
        self._end_lines()
        self.blocks.append(block)

    def take(self) -> str:
        """Return the HTML of all blocks, and begin anew."""
        self._end_lines()
        html = "".join(self.blocks)
        self.blocks.clear()
        return html

    def _end_lines(self) -> None:
        if self.lines:
            self.blocks.append(nested_html(self.lines))
            self.lines.clear()


@dataclass(slots=True)
class Story:
    """The blocks so far, and the paragraph, the cell and the row that are open.

    `parts` is the HTML of the paragraph, `after` that of what stands behind it.
    """

    parts: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    _flow: _Flow = field(default_factory=_Flow)
    _cell: _Flow = field(default_factory=_Flow)
    _cells: list[str] = field(default_factory=list)
    _rows: list[_Row] = field(default_factory=list)

    def end_paragraph(
        self, *, heading: int = 0, label: str = "", level: int = 0, in_table: bool = False
    ) -> None:
        """End the paragraph; `heading` is its level from 1 on, `label` the HTML of its mark."""
        html = "".join(self.parts).strip()
        self.parts.clear()
        if not in_table and (html or self.after):
            self._end_table()
        flow = self._cell if in_table else self._flow
        if html and heading and len(html) <= _LONGEST_HEADING:
            tag = f"h{min(heading, _LOWEST)}"
            flow.add(f"<{tag}>{label} {html}</{tag}>")
        elif html:
            flow.lines.append(_line(html, label, level))
        for each in self.after:
            flow.add(each)
        self.after.clear()

    def end_cell(self) -> None:
        """End a cell of a table, with what has come since the one before."""
        self.end_paragraph(in_table=True)
        self._cells.append(self._cell.take())

    def end_row(self, forms: Sequence[CellForm], *, is_head: bool) -> None:
        """End a row, of the cells since the one before."""
        if self._cells:
            self._rows.append(_Row(tuple(self._cells), tuple(forms), is_head))
            self._cells.clear()

    def html(self) -> str:
        """Return the HTML of all of the text; what is still open ends."""
        self.end_paragraph(in_table=bool(self._cells))
        self._end_table()
        return self._flow.take()

    def _end_table(self) -> None:
        rest = self._cell.take()
        if rest:
            self._cells.append(rest)
        self.end_row((), is_head=False)
        if self._rows:
            self._flow.add(_table(self._rows))
            self._rows.clear()


def _line(html: str, label: str, level: int) -> ListedLine:
    """Return a paragraph as an item of a list where its label is a bullet or a plain number."""
    number = _NUMBER.fullmatch(label)
    if number:
        return ListedLine(html=html, level=level, tag="ol", value=int(number[1]))
    if label and not _LETTERS.search(label):
        return ListedLine(html=html, level=level, tag="ul")
    return ListedLine(html=f"{label} {html}" if label else html)


def _table(rows: Sequence[_Row]) -> str:
    below: dict[int, int] = {}
    # from the last row up, so that a cell knows how many below go on from it
    lines = [_row(row, below) for row in reversed(rows)][::-1]
    heads = next((at for at, row in enumerate(rows) if not row.is_head), 0)
    return f"<table><thead>{''.join(lines[:heads])}</thead>{''.join(lines[heads:])}</table>"


def _row(row: _Row, below: dict[int, int]) -> str:
    """Return a row's HTML; `below` has by column how many cells below go on from above."""
    cells: list[str] = []
    going_on: dict[int, int] = {}
    wide = 1
    for at in range(len(row.cells) - 1, -1, -1):
        form = row.forms[at] if at < len(row.forms) else CellForm()
        if form.from_left and at and not row.cells[at]:
            wide += 1
        elif form.from_above and not row.cells[at]:
            going_on[at] = below.get(at, 0) + 1
            wide = 1
        else:
            high = below.get(at, 0) + 1
            cells.append(f'<td colspan="{wide}" rowspan="{high}">{row.cells[at]}</td>')
            wide = 1
    below.clear()
    below.update(going_on)
    return f"<tr>{''.join(reversed(cells))}</tr>"
