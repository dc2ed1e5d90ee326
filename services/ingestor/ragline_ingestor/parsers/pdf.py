"""PDF: text page by page, with headings detected by the outline or the font size."""

from __future__ import annotations

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import Destination

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.builder import TextBuilder
from ragline_ingestor.parsers.nodes import check_nodes
from ragline_ingestor.parsers.pdf_layout import PdfLine, add_blocks, page_lines

# errors that pypdf raises on malformed objects, besides its own
_BROKEN = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


def parse_pdf(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse PDF; the title is the document's property, else its first heading.

    Raises:
        InvalidDocument: `corrupt_pdf`, `encrypted_pdf`, or `too_large` (pages, objects or text).
    """
    try:
        reader = PdfReader(io.BytesIO(content.data))
        _check_readable(reader)
        check_nodes(sum(map(len, (*reader.xref.values(), reader.xref_objStm))), limits)
        _check_pages(len(reader.pages), limits)
        pages = list(_pages(reader, limits))
        outline = dict(_outline(reader.outline, 1))
        title = reader.metadata.title if reader.metadata else None
    except _BROKEN as error:
        raise InvalidDocument(
            f"the PDF is damaged ({error}): export or repair it and send it again",
            code="corrupt_pdf",
        ) from error
    builder = TextBuilder()
    add_blocks(pages, outline=outline, builder=builder)
    return builder.build(title=(title or "").strip() or None)


def _check_readable(reader: PdfReader) -> None:
    try:
        # many PDFs are encrypted with an empty password, only to forbid editing
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        locked = True
    if locked:
        raise InvalidDocument(
            "the PDF is encrypted: send it without a password", code="encrypted_pdf"
        )


def _check_pages(pages: int, limits: ParseLimits) -> None:
    if pages > limits.pages:
        raise InvalidDocument(
            f"{pages} pages are over the limit of {limits.pages}:"
            " split the document or raise RAGLINE_INGESTOR__MAX_PAGES",
            code="too_large",
        )


def _pages(reader: PdfReader, limits: ParseLimits) -> Iterator[list[PdfLine]]:
    left = limits.text_chars
    for page in reader.pages:
        lines = page_lines(page)
        left -= sum(len(line.text) + 1 for line in lines)
        if left < 0:
            raise InvalidDocument(
                f"the PDF's text is over the limit of {limits.text_chars} characters:"
                " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
                code="too_large",
            )
        yield lines


def _outline(entries: object, level: int) -> Iterator[tuple[str, int]]:
    """Yield title and level of each bookmark; pypdf nests them in lists."""
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Destination) and entry.title:
            yield " ".join(str(entry.title).split()), level
        elif isinstance(entry, list):
            yield from _outline(entry, level + 1)
