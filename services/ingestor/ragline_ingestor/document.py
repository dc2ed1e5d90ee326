"""The data passed between the steps: content as bytes, and the parsed document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document as received: its bytes, and what the sender states about them, else None."""

    data: bytes
    media_type: str | None = None
    charset: str | None = None


class BlockKind(StrEnum):
    """The kinds of blocks that chunking distinguishes."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One structural block: the slice `[start, end)` of the document's text.

    `level` (1 is the top) and `heading` (its plain text) are set for headings only.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    heading: str = ""


# the code of a refused document that has pictures of pages only
ONLY_SCANS = "only_scans"


class Ocr(StrEnum):
    """Whether the text of scanned pages is read: never, in a lane of its own, or at once."""

    OFF = "off"
    LATER = "later"
    NOW = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """A document's canonical text and its blocks, in order and without overlap.

    Every offset that Ragline publishes (chunks, citations) counts code points of `text`. For plain
    text it is exactly the source after `decoding.clean` (line ends are LF, control characters
    dropped); for Markdown the source as it is read (`parsers.markdown_text`); for other formats
    the extracted text. Long tables then repeat their heads (`table_heads`).
    `warnings` are sentences that say what of the source is missing in `text`; `scanned`, whether
    that are pages which OCR can read.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()
    scanned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseLimits:
    """What one document may hold.

    `text_chars` counts code points after extraction; `nodes` counts the elements of an HTML page,
    the elements and attributes of a DOCX file's XML, the objects on the pages of a PDF, the cells
    of a workbook that have text, or the values of JSON, YAML and XML. `docx_comments`: whether the
    comments in a DOCX count as its text.
    """

    text_chars: int
    pages: int
    unpacked_bytes: int
    nodes: int
    docx_comments: bool = False
    ocr: Ocr = Ocr.OFF


Parser = Callable[[Content, ParseLimits], ParsedDocument]
"""Parses one format. Raises `ragline.errors.InvalidDocument`."""
