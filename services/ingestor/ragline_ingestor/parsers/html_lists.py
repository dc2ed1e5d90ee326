"""The items of HTML lists and the marks that browsers show before them."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from ragline_ingestor.parsers.docx.number_formats import formatted
from ragline_ingestor.parsers.html_nodes import attribute, child_nodes, has

FORMATS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def marked_items(node: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    """Yield the items with their marks, `- ` or `4. `; what is no item has white space for one."""
    items = list(child_nodes(node))
    is_numbered = node.tag == "ol"
    step = -1 if has(node, "reversed") else 1
    first = sum(item.tag == "li" for item in items) if step < 0 else 1
    number = _number(node, "start", first)
    style = attribute(node, "type")
    for item in items:
        if item.tag != "li":
            yield "  ", item
            continue
        number = _number(item, "value", number)
        yield f"{formatted(number, FORMATS.get(style, ''))}. " if is_numbered else "- ", item
        number += step


def _number(node: LexborNode, name: str, default: int) -> int:
    """Return an attribute's whole number, `default` where none is stated."""
    stated = attribute(node, name).strip()
    digits = stated.removeprefix("-")
    return int(stated) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default
