"""DOCX: paragraphs, headings, lists and tables in document order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx_archive import check_archive

_HEADING = re.compile(r"Heading (\d)")


def parse_docx(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse DOCX; the title is the document's property, else its first heading.

    Raises:
        InvalidDocument: `corrupt_docx`, or `too_large`: files, bytes or XML when unpacked.
    """
    try:
        check_archive(content.data, limits)
        document = docx.Document(io.BytesIO(content.data))
    except (BadZipFile, OpcError, KeyError, ValueError) as error:
        raise InvalidDocument(
            "the DOCX file is damaged: save it again in a word processor", code="corrupt_docx"
        ) from error
    builder = TextBuilder()
    _add_blocks(document, builder)
    properties = document.core_properties
    return builder.build(title=properties.title or None, language=properties.language or None)


def _add_blocks(document: Document, builder: TextBuilder) -> None:
    style = _StyleNames()
    items: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph) and style(block).startswith("List"):
            items.append(f"- {block.text}")
            continue
        builder.add(BlockKind.LIST, "\n".join(items))
        items.clear()
        if isinstance(block, Table):
            builder.add(BlockKind.TABLE, _table(block))
        else:
            _add_paragraph(block, style(block), builder)
    builder.add(BlockKind.LIST, "\n".join(items))


def _add_paragraph(paragraph: Paragraph, style: str, builder: TextBuilder) -> None:
    heading = _HEADING.fullmatch(style)
    if heading or style == "Title":
        builder.add(BlockKind.HEADING, paragraph.text, level=int(heading[1]) if heading else 1)
    else:
        builder.add(BlockKind.PARAGRAPH, paragraph.text)


class _StyleNames:
    """The name of a paragraph's style, looked up once for each style.

    python-docx goes through all styles for each paragraph that states none: 1 ms each.
    """

    def __init__(self) -> None:
        self._names: dict[str | None, str] = {}

    def __call__(self, paragraph: Paragraph) -> str:
        stated = paragraph._p.style
        if stated not in self._names:
            style = paragraph.style
            self._names[stated] = (style.name if style is not None else None) or ""
        return self._names[stated]


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
