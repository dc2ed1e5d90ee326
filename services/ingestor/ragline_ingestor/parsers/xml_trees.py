"""XML of strangers as a tree, without entities or look-ups, and in spite of damage."""

from __future__ import annotations

from lxml import etree

# lxml has no types; python-docx gives its elements one
from ragline_ingestor.parsers.docx.wordml import Element


def xml_root(data: bytes) -> Element | None:
    """Return the root of a file's XML; None where there is none."""
    # the limits on nodes and memory were checked before, deep trees are read without recursion
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=True, remove_pis=True
    )
    try:
        root: Element | None = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    return root
