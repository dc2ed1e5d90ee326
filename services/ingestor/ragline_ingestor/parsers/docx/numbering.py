"""Automatic numbers: the labels that Word writes before paragraphs and stores nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ragline_ingestor.parsers.docx.number_formats import formatted
from ragline_ingestor.parsers.docx.styles import Style, Styles
from ragline_ingestor.parsers.docx.wordml import (
    Element,
    W,
    as_number,
    child,
    is_on,
    number,
    value,
)

BULLET = "-"
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a numbered paragraph, and its level from 0; bullets are a hyphen."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    # 0: never starts again; n: after each paragraph of a level up to n; None: of any higher level
    restart: int | None = None
    legal: bool = False
    style_id: str | None = None


@dataclass(slots=True)
class _Counters:
    """The numbers of one list, which several of its instances (`w:num`) may continue."""

    numbers: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)
    started: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _List:
    counters: _Counters
    levels: tuple[_Level, ...]
    starts: dict[int, int]


class Numbering:
    """Counts the numbered paragraphs of a document; ask for each label once and in order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """`root` is the numbering part; None where the file has none."""
        self._styles = styles
        nums = [] if root is None else root.findall(f"{W}num")
        self._nums = {as_number(num.get(f"{W}numId")): num for num in nums}
        abstract = [] if root is None else root.findall(f"{W}abstractNum")
        self._abstract = {each.get(f"{W}abstractNumId"): each for each in abstract}
        self._counters: dict[str, _Counters] = {}
        self._lists: dict[int, _List | None] = {}

    def label(self, properties: Element | None, style: Style) -> Label | None:
        """Return the label of a paragraph, by its `w:pPr`; None where it has none."""
        number_id = number(properties, "numPr/numId")
        number_id = style.number_id if number_id is None else number_id
        found = self._list(number_id) if number_id else None
        if found is None or number_id is None:
            return None
        level = self._level(properties, style, found)
        text = _counted(found, number_id, level)
        return Label(text, level) if text else None

    def _level(self, properties: Element | None, style: Style, found: _List) -> int:
        level = number(properties, "numPr/ilvl")
        if level is None and number(properties, "numPr/numId") is None:
            style_id = value(properties, "pStyle")
            linked = (at for at, each in enumerate(found.levels) if each.style_id == style_id)
            level = next(linked, None) if style_id else None
            level = style.number_level if level is None else level
        return min(max(level or 0, 0), _LEVELS - 1)

    def _list(self, number_id: int) -> _List | None:
        if number_id not in self._lists:
            self._lists[number_id] = self._read(number_id)
        return self._lists[number_id]

    def _read(self, number_id: int) -> _List | None:
        num = self._nums.get(number_id)
        name = value(num, "abstractNumId")
        abstract = self._abstract.get(name)
        linked = value(abstract, "numStyleLink")
        if linked:  # the list is defined by a style, in the list that this style names
            name = value(self._nums.get(self._styles.of(linked).number_id), "abstractNumId")
            abstract = self._abstract.get(name)
        if num is None or abstract is None or name is None:
            return None
        defined = {as_number(each.get(f"{W}ilvl")): each for each in abstract.findall(f"{W}lvl")}
        starts = {}
        for override in num.findall(f"{W}lvlOverride"):
            at = as_number(override.get(f"{W}ilvl")) or 0
            if (own := child(override, "lvl")) is not None:
                defined[at] = own
            if (start := number(override, "startOverride")) is not None:
                starts[at] = start
        levels = tuple(_level(defined.get(at)) for at in range(_LEVELS))
        return _List(self._counters.setdefault(name, _Counters()), levels, starts)


def _level(element: Element | None) -> _Level:
    if element is None:
        return _Level()
    start = number(element, "start")
    return _Level(
        start=1 if start is None else start,
        format=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText") or "",
        restart=number(element, "lvlRestart"),
        legal=bool(is_on(element, "isLgl")),
        style_id=value(element, "pStyle"),
    )


def _counted(found: _List, number_id: int, level: int) -> str:
    numbers = found.counters.numbers
    own = found.levels[level]
    if number_id not in found.counters.started:
        found.counters.started.add(number_id)
        for at, start in found.starts.items():
            if 0 <= at < _LEVELS:
                numbers[at] = start - 1
    before = numbers[level]
    numbers[level] = found.starts.get(level, own.start) if before is None else before + 1
    for at in range(level + 1, _LEVELS):
        restart = found.levels[at].restart
        if restart is None or level < restart:
            numbers[at] = None
    if own.format == "bullet":
        return BULLET
    return _PLACE.sub(lambda place: _part(found, own, int(place[1]) - 1), own.text).strip()


def _part(found: _List, own: _Level, at: int) -> str:
    level = found.levels[at]
    count = found.counters.numbers[at]
    count = found.starts.get(at, level.start) if count is None else count
    if own.legal and level.format not in {"decimal", "decimalZero"}:
        return str(count)
    return formatted(count, level.format)
