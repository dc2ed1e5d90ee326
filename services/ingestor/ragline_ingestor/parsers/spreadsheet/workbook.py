"""A workbook: its sheets, its texts, and how its numbers are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from ragline_ingestor.parsers.safe_xml import Element, name_of
from ragline_ingestor.parsers.spreadsheet.package import Package

_GENERAL = "General"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and part, and whether a reader sees it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """What the cells of all sheets refer to.

    `texts` by number; `formats` are the number formats by the number of a style; `epoch` is the
    first day of its dates, in 1899 or 1904.
    """

    sheets: Sequence[Sheet]
    texts: Sequence[str]
    formats: Sequence[str]
    epoch: datetime
    title: str | None


def read_workbook(package: Package) -> Workbook:
    """Read the parts that all sheets share.

    Raises:
        ValueError: there is no workbook in the package.
    """
    main = next(iter(package.related("", "officeDocument")), "xl/workbook.xml")
    root = package.root(main)
    if root is None:
        raise ValueError("no workbook")
    relations = package.relations(main)
    sheets = []
    for element in root.iterfind("{*}sheets/{*}sheet"):
        relation = relations.get(_relation_id(element))
        if relation is not None:
            hidden = element.get("state", "visible") != "visible"
            sheets.append(Sheet(element.get("name", ""), relation.target, hidden))
    properties = root.find("{*}workbookPr")
    is_mac = properties is not None and properties.get("date1904") in ("1", "true")
    return Workbook(
        sheets=sheets,
        texts=[
            text
            for part in package.related(main, "sharedStrings")
            for text in map(text_of, package.elements(part, "si"))
        ],
        formats=[
            each for part in package.related(main, "styles") for each in _formats(package, part)
        ],
        epoch=MAC_EPOCH if is_mac else WINDOWS_EPOCH,
        title=_title(package),
    )


def text_of(element: Element) -> str:
    """Return the text of a cell or note: that of its runs, without how it is pronounced."""
    texts = []
    for child in element:
        name = name_of(child)
        if name == "t":
            texts.append(child.text or "")
        elif name == "r":
            texts += [each.text or "" for each in child.iterfind("{*}t")]
    return "".join(texts)


def _relation_id(element: Element) -> str:
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


def _formats(package: Package, part: str) -> list[str]:
    root = package.root(part)
    if root is None:
        return []
    own: Mapping[str, str] = {
        each.get("numFmtId", ""): each.get("formatCode", _GENERAL)
        for each in root.iterfind("{*}numFmts/{*}numFmt")
    }
    numbers = (each.get("numFmtId", "0") for each in root.iterfind("{*}cellXfs/{*}xf"))
    return [own.get(number) or _built_in(number) for number in numbers]


def _built_in(number: str) -> str:
    return str(BUILTIN_FORMATS.get(int(number), _GENERAL)) if number.isdecimal() else _GENERAL


def _title(package: Package) -> str | None:
    for part in package.related("", "core-properties"):
        for element in package.elements(part, "title"):
            return (element.text or "").strip() or None
    return None
