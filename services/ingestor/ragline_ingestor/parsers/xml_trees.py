"""XML of strangers as a tree, without entities or look-ups, and in spite of damage."""

from __future__ import annotations

from lxml import etree

Element = etree._Element


def xml_root(data: bytes) -> Element | None:
    """Return the root of a file's XML; None where there is none."""
    # the limits on nodes and memory were checked before, deep trees are read without recursion
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
