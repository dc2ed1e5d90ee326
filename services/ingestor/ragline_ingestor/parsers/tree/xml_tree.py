"""XML as a tree: elements by their names, with their attributes; mixed content is one text."""

from __future__ import annotations

from itertools import groupby

from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.parsers.html import parse_html
from ragline_ingestor.parsers.safe_xml import Element, name_of, parsed_xml
from ragline_ingestor.parsers.tree.node import DEEPEST, Branch, Leaf, Node

_WRITES_TYPES = "{http://www.w3.org/2001/XMLSchema-instance}"


def read_xml(data: bytes, limits: ParseLimits) -> Node:
    """Read a file; elements around all others are left out, since their names are no content.

    Raises:
        InvalidDocument: `too_large`.
        XMLSyntaxError: it is not well-formed.
        RecursionError: it is nested too deep.
    """
    node = _node(parsed_xml(data, limits), limits)
    while isinstance(node, Branch) and len(node.entries) == 1 and not node.is_list:
        node = node.entries[0][1]
    return node


def _node(element: Element, limits: ParseLimits, depth: int = 0) -> Node:
    if depth > DEEPEST:
        raise RecursionError
    children = [child for child in element if name_of(child)]
    attributes = [
        (name.rpartition("}")[2], Leaf(" ".join(value.split())))
        for name, value in element.attrib.items()
        if value.strip() and not name.startswith(_WRITES_TYPES)
    ]
    if not children or _is_mixed(element):
        text = _text("".join(element.itertext()), limits)
        if not attributes:
            return Leaf(text)
        if text:
            stated = ", ".join(f"{name}: {leaf.text}" for name, leaf in attributes)
            return Leaf(f"{text} ({stated})")
        return Branch(attributes)
    entries: list[tuple[str, Node]] = [*attributes]
    for name, group in groupby(children, key=name_of):
        nodes = [_node(child, limits, depth + 1) for child in group]
        if len(nodes) == 1:
            entries.append((name, nodes[0]))
        else:
            entries.append((name, Branch([("", node) for node in nodes], is_list=True)))
    return Branch([entry for entry in entries if entry[1] not in _EMPTY])


_EMPTY = (Leaf(""), Branch([]))


def _is_mixed(element: Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts)


def _text(text: str, limits: ParseLimits) -> str:
    """Return a text without the spacing of the source; news feeds hold HTML as text."""
    if "</" in text and text.lstrip().startswith("<"):
        text = parse_html(Content(data=text.encode(), charset="utf-8"), limits).text or text
    return " ".join(text.split())
