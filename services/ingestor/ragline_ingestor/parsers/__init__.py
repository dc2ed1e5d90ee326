"""One parser per format, behind one entry function."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ragline.contracts import media_types
from ragline.errors import InvalidDocument, RaglineError
from ragline_ingestor.document import Content, Ocr, ParsedDocument, ParseLimits, Parser
from ragline_ingestor.parsers.docx.parser import parse_docx
from ragline_ingestor.parsers.html import parse_html
from ragline_ingestor.parsers.markdown import parse_markdown
from ragline_ingestor.parsers.pdf.losses import OCR_HINT
from ragline_ingestor.parsers.pdf.parser import parse_pdf
from ragline_ingestor.parsers.plain import parse_plain
from ragline_ingestor.parsers.restructuredtext import parse_restructuredtext

ONLY_SCANS = "only_scans"

PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        media_types.MARKDOWN: parse_markdown,
        media_types.HTML: parse_html,
        media_types.RST: parse_restructuredtext,
        media_types.PLAIN: parse_plain,
        media_types.PDF: parse_pdf,
        media_types.DOCX: parse_docx,
    }
)


def parse(content: Content, *, media_type: str, limits: ParseLimits) -> ParsedDocument:
    """Parse `content` as `media_type`; any other `text/*` is read as plain text.

    Raises:
        InvalidDocument: the format is not supported, or the content is broken, empty or too large.
        MemoryError: the process may not have more memory.
    """
    if not content.data:
        raise _empty()
    document = _run(_parser(media_type), content, limits)
    if len(document.text) > limits.text_chars:
        raise InvalidDocument(
            f"{len(document.text)} characters of text are over the limit of {limits.text_chars}:"
            " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
            code="too_large",
        )
    if not any(document.text[b.start : b.end].strip() for b in document.blocks):
        raise _only_scans(limits.ocr) if document.scanned else _empty()
    return document


def _parser(media_type: str) -> Parser:
    parser = PARSERS.get(media_type)
    if parser is None and media_type.startswith("text/"):
        parser = parse_plain
    if parser is None:
        raise InvalidDocument(
            f"no parser for {media_type}: send text, Markdown, reStructuredText, HTML, PDF or DOCX",
            code="unsupported_media_type",
        )
    return parser


def _run(parser: Parser, content: Content, limits: ParseLimits) -> ParsedDocument:
    try:
        return parser(content, limits)
    except (RaglineError, MemoryError):
        raise
    # on hostile bytes, parsing libraries may raise nearly any built-in exception
    except Exception as error:
        raise InvalidDocument(
            f"the content cannot be parsed ({type(error).__name__}: {error}):"
            " check that it opens elsewhere and has the media type it states",
            code="unparsable",
        ) from error


def _only_scans(ocr: Ocr) -> InvalidDocument:
    hint = "OCR found no text" if ocr is Ocr.NOW else f"they are not read {OCR_HINT}"
    return InvalidDocument(
        f"the document's pages are pictures without text, and {hint}", code=ONLY_SCANS
    )


def _empty() -> InvalidDocument:
    return InvalidDocument(
        "the document has no text; send a delete to take it out of the index",
        code="empty_document",
    )
