"""DOCX: the text that a reader of the document sees, in order, with its structure."""

from __future__ import annotations

import io
from zipfile import BadZipFile

import docx
from docx.opc.exceptions import OpcError
from docx.parts.document import DocumentPart

from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.docx.archive import check_archive
from ragline_ingestor.parsers.docx.blocks import BlockReader
from ragline_ingestor.parsers.docx.headers import header_text
from ragline_ingestor.parsers.docx.losses import Losses
from ragline_ingestor.parsers.docx.notes import Notes
from ragline_ingestor.parsers.docx.numbering import Numbering
from ragline_ingestor.parsers.docx.parts import related, root_of
from ragline_ingestor.parsers.docx.source import Source
from ragline_ingestor.parsers.docx.styles import Styles
from ragline_ingestor.parsers.docx.wordml import Element

_Block = tuple[BlockKind, str, int]


def parse_docx(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse DOCX; the title is the document's property, else its first heading.

    Headers and footers stand below the heading that the document begins with, else at its start.

    Raises:
        InvalidDocument: `corrupt_docx`, or `too_large`: files, bytes, XML or text when unpacked.
    """
    try:
        check_archive(content.data, limits)
        document = docx.Document(io.BytesIO(content.data))
    except (BadZipFile, OpcError, KeyError, ValueError) as error:
        raise InvalidDocument(
            "the DOCX file is damaged: save it again in a word processor", code="corrupt_docx"
        ) from error
    main = document.part
    source = _source(main, limits)
    body: Element = document.element.body
    builder = TextBuilder()
    for kind, text, level in _blocks(source, main, body):
        builder.add(kind, text, level=level)
    properties = document.core_properties
    return builder.build(
        title=properties.title or None,
        language=properties.language or None,
        warnings=source.losses.warnings(),
    )


def _source(main: DocumentPart, limits: ParseLimits) -> Source:
    losses = Losses()
    styles = Styles(_root(main, "styles"))
    return Source(
        styles=styles,
        numbering=Numbering(_root(main, "numbering"), styles),
        notes=Notes(main, losses, comments=limits.docx_comments),
        losses=losses,
        limits=limits,
    )


def _root(main: DocumentPart, name: str) -> Element | None:
    part = related(main, name)
    return None if part is None else root_of(part)


def _blocks(source: Source, main: DocumentPart, body: Element) -> list[_Block]:
    blocks: list[_Block] = []

    def collect(kind: BlockKind, text: str, *, level: int = 0) -> None:
        blocks.append((kind, text, level))

    BlockReader(source, main, body, collect).read(body)
    begins_with_heading = blocks[:1] and blocks[0][0] is BlockKind.HEADING
    headers = (BlockKind.PARAGRAPH, header_text(source, main, body), 0)
    blocks.insert(1 if begins_with_heading else 0, headers)
    return blocks
