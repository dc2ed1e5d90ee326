"""DOCX: paragraphs, headings, lists and tables in document order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder

_HEADING = re.compile(r"Heading (\d)")


def parse_docx(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse DOCX; the title is the document's property, else its first heading.

    Raises:
        InvalidDocument: `corrupt_docx`, or `too_large` when unpacked (a zip bomb).
    """
    try:
        _check_unpacked(content.data, limits)
        document = docx.Document(io.BytesIO(content.data))
    except (BadZipFile, OpcError, KeyError, ValueError) as error:
        raise InvalidDocument(
            "the DOCX file is damaged: save it again in a word processor", code="corrupt_docx"
        ) from error
    builder = TextBuilder()
    _add_blocks(document, builder)
    properties = document.core_properties
    return builder.build(title=properties.title or None, language=properties.language or None)


def _check_unpacked(data: bytes, limits: ParseLimits) -> None:
    with ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > limits.unpacked_bytes:
        raise InvalidDocument(
            f"the DOCX file unpacks to {unpacked} bytes, over {limits.unpacked_bytes}: split it",
            code="too_large",
        )


def _add_blocks(document: Document, builder: TextBuilder) -> None:
    items: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph) and _is_item(block):
            items.append(f"- {block.text}")
            continue
        builder.add(BlockKind.LIST, "\n".join(items))
        items.clear()
        if isinstance(block, Table):
            builder.add(BlockKind.TABLE, _table(block))
        else:
            _add_paragraph(block, builder)
    builder.add(BlockKind.LIST, "\n".join(items))


def _add_paragraph(paragraph: Paragraph, builder: TextBuilder) -> None:
    style = _style(paragraph)
    heading = _HEADING.fullmatch(style)
    if heading or style == "Title":
        builder.add(BlockKind.HEADING, paragraph.text, level=int(heading[1]) if heading else 1)
    else:
        builder.add(BlockKind.PARAGRAPH, paragraph.text)


def _is_item(paragraph: Paragraph) -> bool:
    return _style(paragraph).startswith("List")


def _style(paragraph: Paragraph) -> str:
    return (paragraph.style.name if paragraph.style is not None else None) or ""


def _table(table: Table) -> str:
    rows = (" | ".join(_cells(row)) for row in table.rows)
    return "\n".join(rows)


def _cells(row: _Row) -> Iterator[str]:
    """Yield the texts of a row's cells: a cell over columns once, a cell over rows in each row.

    Tables in a cell are read only in its first row: repetition would double with each level.
    """
    before: object = None
    for cell in row.cells:
        if cell._tc is not before:
            begins = cell._tc.getparent() is row._tr
            yield " ".join((_nested(cell) if begins else cell.text).split())
        before = cell._tc


def _nested(cell: _Cell) -> str:
    blocks = cell.iter_inner_content()
    return " ".join(_table(b) if isinstance(b, Table) else b.text for b in blocks)
