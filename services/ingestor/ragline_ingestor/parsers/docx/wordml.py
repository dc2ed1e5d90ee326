"""Names and small look-ups in WordprocessingML.

The names are lxml's, `{namespace}name`. ECMA-376 defines them.
"""

from __future__ import annotations

from collections.abc import Iterator

from docx.oxml.xmlchemy import BaseOxmlElement

Element = BaseOxmlElement

_OFFICE = "http://schemas.openxmlformats.org"
W = f"{{{_OFFICE}/wordprocessingml/2006/main}}"
R = f"{{{_OFFICE}/officeDocument/2006/relationships}}"
M = f"{{{_OFFICE}/officeDocument/2006/math}}"
A = f"{{{_OFFICE}/drawingml/2006/main}}"
PIC = f"{{{_OFFICE}/drawingml/2006/picture}}"
WP = f"{{{_OFFICE}/drawingml/2006/wordprocessingDrawing}}"
CHART = f"{{{_OFFICE}/drawingml/2006/chart}}"
DIAGRAM = f"{{{_OFFICE}/drawingml/2006/diagram}}"
MC = f"{{{_OFFICE}/markup-compatibility/2006}}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741  its usual prefix

VAL = f"{W}val"
# what a tracked change took away, and what only other programs than the reader of `Choice` see
REMOVED = frozenset({f"{W}del", f"{W}moveFrom"})
_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "dir", "bdo")
)
_OFF = frozenset({"0", "false", "off", "none"})


def value(element: Element | None, path: str) -> str | None:
    """Return `w:val` of the element at `path` below `element`, a path of `w:` names."""
    found = child(element, path)
    stated = found.get(VAL) if found is not None else None
    return None if stated is None else str(stated)


def number(element: Element | None, path: str) -> int | None:
    """Return `w:val` at `path` as a number; None where there is none."""
    return as_number(value(element, path))


def as_number(stated: str | None) -> int | None:
    """Return an attribute's number; None for nonsense."""
    try:
        return None if stated is None else int(stated)
    except ValueError:
        return None


def child(element: Element | None, path: str) -> Element | None:
    """Return the first element at `path`, or None."""
    found = element
    for name in path.split("/"):
        found = found.find(f"{W}{name}") if found is not None else None
    return found


def is_on(element: Element | None, path: str) -> bool | None:
    """Return whether a property is on; None where it is not stated."""
    found = child(element, path)
    return None if found is None else str(found.get(VAL, "1")) not in _OFF


def parts_of(element: Element) -> Iterator[Element]:
    """Yield the children, and those of content controls, tags and insertions in their place.

    Deletions are left out.
    """
    for each in element:
        if each.tag in _WRAPPERS:
            yield from parts_of(each)
        elif each.tag == f"{MC}AlternateContent":
            yield from parts_of(chosen(each))
        elif each.tag not in REMOVED:
            yield each


def chosen(alternatives: Element) -> Element:
    """Return the alternative that is read: the first choice with content, else the fallback.

    Both say the same, so only one is.
    """
    each: Element
    for each in alternatives:
        if each.tag == f"{MC}Choice" and len(each):
            return each
    fallback: Element | None = alternatives.find(f"{MC}Fallback")
    return alternatives if fallback is None else fallback
