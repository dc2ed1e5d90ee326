"""Names and small look-ups in the XML of OpenDocument (ISO/IEC 26300), as lxml writes them."""

from __future__ import annotations

from ragline_ingestor.parsers.docx.wordml import Element

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE = f"{{{_OASIS}:office:1.0}}"
TEXT = f"{{{_OASIS}:text:1.0}}"
TABLE = f"{{{_OASIS}:table:1.0}}"
STYLE = f"{{{_OASIS}:style:1.0}}"
DRAW = f"{{{_OASIS}:drawing:1.0}}"
SVG = f"{{{_OASIS}:svg-compatible:1.0}}"
XLINK = "{http://www.w3.org/1999/xlink}"


def stated(element: Element, name: str, default: str = "") -> str:
    """Return an attribute's value, `default` where it is not stated."""
    return str(element.get(name, default))


def number(element: Element, name: str, default: int) -> int:
    """Return an attribute's whole number, `default` where there is none."""
    value = element.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default
