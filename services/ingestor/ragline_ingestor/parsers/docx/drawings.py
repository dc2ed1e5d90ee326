"""Pictures, charts and diagrams: their descriptions, and the text in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from docx.opc.part import Part

from ragline_ingestor.parsers.docx.parts import by_id, root_of
from ragline_ingestor.parsers.docx.wordml import CHART, PIC, WP, A, Element, R

# what Word adds to descriptions that it made up
_MADE_UP = re.compile(r"(?:Description automatically generated\b.*|AI-generated content.*)", re.S)


def alternative_text(drawing: Element) -> str:
    """Return the description that the author gave a drawing, on one line."""
    for name in (f"{WP}docPr", f"{PIC}cNvPr"):
        for properties in drawing.iter(name):
            if text := description(properties):
                return text
    return ""


def description(properties: Element) -> str:
    """Return the description in a drawing's properties, without what Word makes up."""
    for attribute in ("descr", "title"):
        text = " ".join(_MADE_UP.sub("", str(properties.get(attribute, ""))).split())
        if text:
            return text
    return ""


def graphic_lines(graphic: Element, part: Part) -> list[str] | None:
    """Return the text of a chart or diagram, by line; None if it cannot be read."""
    is_chart = graphic.tag == f"{CHART}chart"
    target = by_id(part, str(graphic.get(f"{R}id" if is_chart else f"{R}dm", "")))
    root = None if target is None else root_of(target)
    if root is None:
        return None
    return list(_chart(root) if is_chart else _paragraphs(root))


def _paragraphs(root: Element) -> Iterator[str]:
    for paragraph in root.iter(f"{A}p"):
        text = "".join(each.text or "" for each in paragraph.iter(f"{A}t")).strip()
        if text:
            yield text


def _chart(root: Element) -> Iterator[str]:
    """Yield the titles, then a line for each series: its name, and its values by category."""
    yield from _paragraphs(root)
    for series in root.iter(f"{CHART}ser"):
        name = " ".join(_values(series, "tx"))
        places = [*_values(series, "cat"), *_values(series, "xVal")]
        values = [*_values(series, "val"), *_values(series, "yVal")]
        pairs = zip_longest(places, values, fillvalue="")
        line = "; ".join(" ".join(filter(None, pair)) for pair in pairs)
        yield f"{name}: {line}" if name else line


def _values(series: Element, name: str) -> list[str]:
    found = series.find(f"{CHART}{name}")
    return [] if found is None else [each.text or "" for each in found.iter(f"{CHART}v")]
