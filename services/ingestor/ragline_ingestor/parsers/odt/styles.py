"""A document's styles: which text is raised or hidden, how lists and headings are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ragline_ingestor.parsers.docx.number_formats import formatted
from ragline_ingestor.parsers.docx.wordml import Element
from ragline_ingestor.parsers.html_lists import FORMATS
from ragline_ingestor.parsers.odt.names import STYLE, TEXT, number, stated

# more would be a mistake or an attack
_MOST_ANCESTORS = 100
_LIST_LEVELS = ("list-level-style-number", "list-level-style-bullet", "list-level-style-image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How the items of one level are marked: `style` is a number format, empty for a bullet."""

    style: str = ""
    start: int = 1
    before: str = ""
    behind: str = ""
    shown_levels: int = 1

    def label(self, numbers: list[int]) -> str:
        """Return the label of an item, by the numbers of the levels above it and its own."""
        shown = numbers[-self.shown_levels :]
        text = ".".join(formatted(each, FORMATS.get(self.style, "")) for each in shown)
        return f"{self.before}{text}{self.behind}"


class OdtStyles:
    """The styles of both files that state some."""

    def __init__(self, *roots: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._lists: dict[str, dict[int, Level]] = {}
        self.outline: dict[int, Level] = {}
        for root in roots:
            for each in () if root is None else root.iter():
                self._keep(each)

    def script(self, name: str) -> str:
        """Return `sup` or `sub` for a style of raised or lowered text, else an empty string."""
        for style in self._chain(name):
            for each in style.iterchildren(f"{STYLE}text-properties"):
                position = stated(each, f"{STYLE}text-position").split(" ")[0]
                if position:
                    return _script(position)
        return ""

    def is_hidden(self, name: str) -> bool:
        """Tell whether the text of a style is not shown."""
        for style in self._chain(name):
            for each in style.iterchildren(f"{STYLE}text-properties"):
                if display := stated(each, f"{TEXT}display"):
                    return display == "none"
        return False

    def is_title(self, name: str) -> bool:
        """Tell whether a paragraph of this style is the document's title."""
        names = (stated(style, f"{STYLE}name") for style in self._chain(name))
        return name == "Title" or "Title" in names

    def level(self, list_style: str, depth: int) -> Level:
        """Return how a list marks the items of a depth, from 1 on."""
        return self._lists.get(list_style, {}).get(depth, Level())

    def list_of(self, name: str) -> str:
        """Return the list style that a paragraph's style names, empty for none."""
        found = (stated(style, f"{STYLE}list-style-name") for style in self._chain(name))
        return next(filter(None, found), "")

    def _keep(self, element: Element) -> None:
        name = stated(element, f"{STYLE}name")
        if element.tag == f"{STYLE}style":
            self._styles[name] = element
        elif element.tag == f"{TEXT}list-style":
            self._lists[name] = dict(_levels(element))
        elif element.tag == f"{TEXT}outline-style":
            self.outline = dict(_levels(element))

    def _chain(self, name: str) -> Iterator[Element]:
        style = self._styles.get(name)
        for _ in range(_MOST_ANCESTORS):
            if style is None:
                return
            yield style
            style = self._styles.get(stated(style, f"{STYLE}parent-style-name"))


def _levels(styles: Element) -> Iterator[tuple[int, Level]]:
    for each in styles:
        if each.tag in {f"{TEXT}{name}" for name in (*_LIST_LEVELS, "outline-level-style")}:
            yield (
                number(each, f"{TEXT}level", 1),
                Level(
                    style=stated(each, f"{STYLE}num-format"),
                    start=number(each, f"{TEXT}start-value", 1),
                    before=stated(each, f"{STYLE}num-prefix"),
                    behind=stated(each, f"{STYLE}num-suffix"),
                    shown_levels=number(each, f"{TEXT}display-levels", 1),
                ),
            )


def _script(position: str) -> str:
    if position in {"super", "sub"}:
        return {"super": "sup", "sub": "sub"}[position]
    if not position.strip("0%+-"):
        return ""
    return "sub" if position.startswith("-") else "sup"
