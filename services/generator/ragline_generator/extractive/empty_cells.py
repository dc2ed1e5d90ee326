"""Questions for an empty cell: its row says nothing, and its neighbours say something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragline.contracts.queries import Passage
from ragline.questions.terms import terms
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.table_rows import TableRow, table_rows
from ragline_generator.passages.units import LineKind

_HEADS = (LineKind.TABLE_HEAD, LineKind.HEADING)
_NEAR_BEST = 0.9
# Where a spreadsheet's row stands, which is no value
_PLACE = re.compile(r"(?:\w+!)?[A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?")
_EMPTY = frozenset({"", "-", "–", "—", "?", "…", "tbd", "tba"})


def asks_for_empty_cell(
    question: str, passages: Sequence[Passage], ranked: Sequence[Sequence[Ranked]]
) -> bool:
    """Tell whether the best unit is a row that has nothing where `question` asks for it."""
    units = [each for own in ranked for each in own]
    quotable = (each.score for each in units if each.unit.kind not in _HEADS)
    best = max(quotable, default=0.0)
    rows = [
        (each, row)
        for each in units
        if each.unit.kind is LineKind.TABLE_ROW and each.score > 0
        if (row := table_rows(passages[each.index].text).get(each.unit.start)) is not None
    ]
    most = max((len(each.matched) for each, _ in rows), default=0)
    meant = [(each, row) for each, row in rows if len(each.matched) == most]
    if not meant or max(each.score for each, _ in meant) < _NEAR_BEST * best:
        return False
    wanted = terms(question)
    return all(_is_empty(row, each.matched, wanted) for each, row in meant)


def _is_empty(row: TableRow, matched: frozenset[str], wanted: frozenset[str]) -> bool:
    cells = [(terms(name), cell.strip()) for name, cell in zip(row.names, row.cells, strict=False)]
    if not matched or not any(terms(cell) & wanted for _, cell in cells):
        return False
    asked = [cell for name, cell in cells if name and name <= wanted and not terms(cell) & wanted]
    if asked:
        return all(cell.casefold() in _EMPTY for cell in asked)
    lacking = any(cell.casefold() in _EMPTY for _, cell in cells)
    said = (terms(cell) for _, cell in cells if not _PLACE.fullmatch(cell))
    return lacking and all(own <= wanted for own in said)
