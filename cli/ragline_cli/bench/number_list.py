"""Options that are lists of whole numbers, written with commas."""

from __future__ import annotations

import typer


def number_list(given: str, option: str) -> tuple[int, ...]:
    """Return the numbers in `given`, the value of `option`.

    Raises:
        BadParameter: it is no list of whole numbers.
    """
    try:
        return tuple(int(part) for part in given.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"write {option} like 1,8,32") from error
