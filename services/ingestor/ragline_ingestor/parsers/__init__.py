"""One parser per format, behind one entry function."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ragline.contracts import media_types
from ragline.contracts.media_types import BY_SUFFIX, refusal
from ragline.errors import InvalidDocument, RaglineError
from ragline_ingestor.container_types import OLE_START, container_type
from ragline_ingestor.document import (
    ONLY_SCANS,
    Content,
    Ocr,
    ParsedDocument,
    ParseLimits,
    Parser,
)
from ragline_ingestor.parsers.asciidoc.parser import parse_asciidoc
from ragline_ingestor.parsers.delimited import parse_csv
from ragline_ingestor.parsers.docx.parser import parse_docx
from ragline_ingestor.parsers.epub.parser import parse_epub
from ragline_ingestor.parsers.html import parse_html
from ragline_ingestor.parsers.mail.eml import parse_eml
from ragline_ingestor.parsers.mail.msg import parse_msg
from ragline_ingestor.parsers.markdown import parse_markdown
from ragline_ingestor.parsers.notebook import parse_notebook
from ragline_ingestor.parsers.odt.parser import parse_odt
from ragline_ingestor.parsers.pdf.losses import OCR_HINT
from ragline_ingestor.parsers.pdf.parser import parse_pdf
from ragline_ingestor.parsers.plain import parse_plain
from ragline_ingestor.parsers.pptx.parser import parse_pptx
from ragline_ingestor.parsers.restructuredtext import parse_restructuredtext
from ragline_ingestor.parsers.rtf.parser import parse_rtf
from ragline_ingestor.parsers.source.languages import LANGUAGES
from ragline_ingestor.parsers.source.parser import source_parser
from ragline_ingestor.parsers.spreadsheet.parser import parse_xlsx
from ragline_ingestor.parsers.tree.parsers import parse_json, parse_xml, parse_yaml

PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        media_types.MARKDOWN: parse_markdown,
        media_types.HTML: parse_html,
        media_types.RST: parse_restructuredtext,
        media_types.PLAIN: parse_plain,
        media_types.PDF: parse_pdf,
        media_types.DOCX: parse_docx,
        media_types.PPTX: parse_pptx,
        media_types.ODT: parse_odt,
        media_types.RTF: parse_rtf,
        media_types.EPUB: parse_epub,
        media_types.EML: parse_eml,
        media_types.MSG: parse_msg,
        media_types.CSV: parse_csv,
        media_types.TSV: parse_csv,
        media_types.XLSX: parse_xlsx,
        media_types.JSON: parse_json,
        media_types.YAML: parse_yaml,
        media_types.XML: parse_xml,
        media_types.NOTEBOOK: parse_notebook,
        media_types.ASCIIDOC: parse_asciidoc,
        **{name: source_parser(language) for name, language in LANGUAGES.items()},
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
    document = _run(_parser(_actual(media_type, content)), content, limits)
    if len(document.text) > limits.text_chars:
        raise InvalidDocument(
            f"{len(document.text)} characters of text are over the limit of {limits.text_chars}:"
            " split the document or raise RAGLINE_INGESTOR__MAX_TEXT_CHARS",
            code="too_large",
        )
    if not any(document.text[b.start : b.end].strip() for b in document.blocks):
        raise _only_scans(limits.ocr) if document.scanned else _empty()
    return document


def _actual(media_type: str, content: Content) -> str:
    """Return the format; an old or encrypted Office file often bears the name of a new one."""
    is_ole = content.data.startswith(OLE_START)
    return container_type(content.data) or media_type if is_ole else media_type


def _parser(media_type: str) -> Parser:
    reason = refusal(media_type)
    if reason:
        raise InvalidDocument(reason, code="unsupported_media_type")
    parser = PARSERS.get(media_type)
    if parser is None and media_type.startswith("text/"):
        parser = parse_plain
    if parser is None:
        raise InvalidDocument(
            f"no parser for {media_type}: send one of {', '.join(sorted(BY_SUFFIX))}",
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
