"""Names and small look-ups in the XML of slides (ECMA-376), as lxml writes them."""

from __future__ import annotations

from ragline_ingestor.parsers.docx.wordml import A, Element, R

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
TABLE = f"{A}tbl"
TITLES = frozenset({"title", "ctrTitle"})
# what stands on every slide; the number is told in the heading
FURNITURE = frozenset({"dt", "ftr", "hdr"})
SLIDE_NUMBER = "sldNum"


def relation_id(element: Element, name: str = "id") -> str:
    """Return the id of the relation that an element names."""
    return str(element.get(f"{R}{name}", ""))


def properties(shape: Element) -> Element | None:
    """Return the `p:cNvPr` of a shape: its name, its description, whether it is hidden."""
    for each in shape:
        if str(each.tag).startswith(f"{P}nv"):
            found: Element | None = each.find(f"{P}cNvPr")
            return found
    return None


def placeholder(shape: Element) -> Element | None:
    """Return the `p:ph` of a shape that fills a place of the layout, else None."""
    found: Element | None = shape.find(f"*/{P}nvPr/{P}ph")
    return found


def placeholder_type(shape: Element) -> str | None:
    """Return the kind of place that a shape fills; `obj` where that is not stated."""
    found = placeholder(shape)
    return None if found is None else str(found.get("type", "obj"))
