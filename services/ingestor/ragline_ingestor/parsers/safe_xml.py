"""XML of strangers: entities of the document itself are resolved, none of other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from ragline_ingestor.document import ParseLimits
from ragline_ingestor.parsers.nodes import check_nodes

# lxml has no type hints
Element = Any

XMLSyntaxError: type[Exception] = etree.XMLSyntaxError

# each element has one of the first, and the second follows each attribute's name
_NODE_SIGNS = (b"<", b'="', b"='")


def parsed_xml(data: bytes, limits: ParseLimits) -> Element:
    """Return the root of `data`. libxml2 ends entities that grow beyond all measure.

    Raises:
        InvalidDocument: `too_large`: too many elements and attributes.
        XMLSyntaxError: it is not well-formed, or wants entities that are in another file.
    """
    count = sum(map(data.count, _NODE_SIGNS)) - data.count(b"</")
    check_nodes(count, limits)
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, remove_pis=True)
    return etree.fromstring(data, parser)


def streamed_xml(source: IO[bytes], *names: str) -> Iterator[Element]:
    """Yield the elements called `names`, whatever their name space, as soon as each has ended.

    What came before an element is gone, so that a file may be larger than the memory.

    Raises:
        XMLSyntaxError: as above.
    """
    tags = [f"{{*}}{name}" for name in names]
    found = etree.iterparse(
        source, tag=tags, resolve_entities="internal", no_network=True, remove_pis=True
    )
    for _, element in found:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def name_of(element: Element) -> str:
    """Return an element's name without its name space; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
