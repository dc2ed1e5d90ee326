"""Tells whether the first row of a table names its columns, where the file does not say so."""

from __future__ import annotations

from collections.abc import Sequence

_PAIR = 2


def is_head_row(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first of `rows` has names where the others have numbers or less.

    Of two columns the first often names what the second says, row by row (`Name | Ana`); so there
    all other rows must have a number.
    """
    if len(rows) < 2:
        return False
    head, *body = rows
    named = [cell for cell in head if cell]
    if len(named) < len(head) - 1 or any(map(_is_number, named[1:])):
        return False
    return len(head) != _PAIR or (all(head) and all(_is_number(row[-1]) for row in body))


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() or sum(map(str.isdigit, cell)) * 2 > len(cell)
