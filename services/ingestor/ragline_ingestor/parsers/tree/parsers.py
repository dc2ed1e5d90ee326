"""JSON, YAML and XML: settings, records and feeds, line by line with their paths."""

from __future__ import annotations

from dataclasses import replace

from ragline.errors import InvalidDocument
from ragline_ingestor.decoding import decode
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.plain import parse_plain
from ragline_ingestor.parsers.safe_xml import XMLSyntaxError
from ragline_ingestor.parsers.tree.json_tree import read_json
from ragline_ingestor.parsers.tree.node import Branch, Leaf, Node
from ragline_ingestor.parsers.tree.writer import TreeWriter
from ragline_ingestor.parsers.tree.xml_tree import read_xml
from ragline_ingestor.parsers.tree.yaml_tree import read_yaml


def parse_json(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse JSON or JSON Lines; what is neither is read as text, with a warning.

    Raises:
        InvalidDocument: `not_text`, `too_large`.
    """
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    try:
        return _written(read_json(text, limits))
    except ValueError:
        return _as_text("JSON", content, limits)


def parse_yaml(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse YAML with its comments; what is none, such as a template, is read as text.

    Raises:
        InvalidDocument: `not_text`, `too_large`.
    """
    text = decode(content)
    if len(text) > limits.text_chars:
        return ParsedDocument(text=text, blocks=())
    try:
        root, rest = read_yaml(text, limits)
    except ValueError:
        return _as_text("YAML", content, limits)
    return _written(root, rest)


def parse_xml(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse XML.

    Raises:
        InvalidDocument: `corrupt_xml`, `too_large`, `too_deep`.
    """
    try:
        return _written(read_xml(content.data, limits))
    except XMLSyntaxError as error:
        raise InvalidDocument(
            f"the XML is not well-formed, or needs another file: {error}", code="corrupt_xml"
        ) from error
    except RecursionError as error:
        raise InvalidDocument(
            "the XML is nested too deep: publish its parts on their own", code="too_deep"
        ) from error


def _written(root: Node, rest: str = "") -> ParsedDocument:
    builder = TextBuilder()
    TreeWriter(builder).write(root)
    builder.add(BlockKind.PARAGRAPH, rest)
    return replace(builder.build(), title=_title(root))


def _title(root: Node) -> str | None:
    if isinstance(root, Branch):
        for name, node in root.entries:
            if name.casefold() == "title" and isinstance(node, Leaf):
                return " ".join(node.text.split()) or None
    return None


def _as_text(name: str, content: Content, limits: ParseLimits) -> ParsedDocument:
    problem = f"this is not valid {name}: it was read as plain text"
    return replace(parse_plain(content, limits), warnings=(problem,))
