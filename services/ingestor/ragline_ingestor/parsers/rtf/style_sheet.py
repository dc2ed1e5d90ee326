"""The heading levels of a file's styles."""

from __future__ import annotations

import re

_HEADING = re.compile(r"heading ([1-9])", re.I)
_BODY_LEVEL = 9


class StyleSheet:
    """Knows which styles are headings, by their own outline level, else by their name."""

    def __init__(self) -> None:
        self._headings: dict[int, int] = {}

    def define(self, style: int, name: str, outline: int | None) -> None:
        """Enter a style, unless it is known; one without a name is none.

        Args:
            style: its number.
            name: as it stands in the file, with the semicolon at its end.
            outline: its outline level from 0 on; None if it states none.
        """
        name = name.strip()
        if not name:
            return
        named = _HEADING.match(name)
        level = int(named[1]) if named else int(name.rstrip(";").casefold() == "title")
        self._headings.setdefault(style, level if outline is None else _level(outline))

    def heading(self, style: int, outline: int | None) -> int:
        """Return a paragraph's level as a heading, from 1 on; 0 for text.

        Args:
            style: the number of its style.
            outline: its own outline level, which counts more; None if it states none.
        """
        return self._headings.get(style, 0) if outline is None else _level(outline)


def _level(outline: int) -> int:
    return outline + 1 if outline < _BODY_LEVEL else 0
