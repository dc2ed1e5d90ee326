"""A document's styles: what a paragraph or run inherits from its style and those below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ragline_ingestor.parsers.docx.wordml import Element, W, is_on, number, value

_T = TypeVar("_T")
_HEADING = re.compile(r"heading ([1-9])")
# the outline level of text that is no heading
_BODY = 9
# more would be a mistake or an attack
_MOST_ANCESTORS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a style and those that it is based on state; None where none of them does.

    `heading` is a level from 1, or 0 for text that is no heading.
    """

    name: str = ""
    heading: int = 0
    number_id: int | None = None
    number_level: int | None = None
    hidden: bool | None = None
    script: str | None = None


class Styles:
    """The styles by their ids, each read once."""

    def __init__(self, root: Element | None) -> None:
        """`root` is the styles part; None where the file has none."""
        found = [] if root is None else root.findall(f"{W}style")
        self._elements = {str(style.get(f"{W}styleId")): style for style in found}
        self._default = next(filter(_is_default, self._elements.values()), None)
        self._styles: dict[str | None, Style] = {}

    def paragraph(self, properties: Element | None) -> Style:
        """Return the style of a paragraph, by its `w:pPr`."""
        return self.of(value(properties, "pStyle"))

    def of(self, style_id: str | None) -> Style:
        """Return a style; without a known id it is the default for paragraphs."""
        if style_id not in self._styles:
            self._styles[style_id] = self._read(style_id)
        return self._styles[style_id]

    def character(self, style_id: str | None) -> Style:
        """Return the style of a run; without an id it states nothing."""
        return Style() if style_id not in self._elements else self.of(style_id)

    def _read(self, style_id: str | None) -> Style:
        chain = list(self._chain(style_id))
        return Style(
            name=(value(chain[0], "name") or "") if chain else "",
            heading=_first(map(_heading, chain)) or 0,
            number_id=_first(number(style, "pPr/numPr/numId") for style in chain),
            number_level=_first(number(style, "pPr/numPr/ilvl") for style in chain),
            hidden=_first(is_on(style, "rPr/vanish") for style in chain),
            script=_first(value(style, "rPr/vertAlign") for style in chain),
        )

    def _chain(self, style_id: str | None) -> Iterator[Element]:
        style = self._elements.get(style_id or "", self._default)
        for _ in range(_MOST_ANCESTORS):
            if style is None:
                return
            yield style
            style = self._elements.get(value(style, "basedOn") or "")


def heading_level(properties: Element | None, style: Style) -> int:
    """Return a paragraph's level as a heading, 1 for the top; 0 if it is none."""
    stated = number(properties, "outlineLvl")
    if stated is None:
        return style.heading
    return stated + 1 if 0 <= stated < _BODY else 0


def _heading(style: Element) -> int | None:
    level = number(style, "pPr/outlineLvl")
    if level is not None:
        return level + 1 if 0 <= level < _BODY else 0
    name = (value(style, "name") or "").casefold()
    named = _HEADING.fullmatch(name)
    if named:
        return int(named[1])
    return 1 if name == "title" else None


def _first(stated: Iterable[_T | None]) -> _T | None:
    return next((each for each in stated if each is not None), None)


def _is_default(style: Element) -> bool:
    return style.get(f"{W}default") in {"1", "true"} and style.get(f"{W}type") == "paragraph"
