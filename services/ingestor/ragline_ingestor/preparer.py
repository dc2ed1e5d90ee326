"""Content to chunks: all the work on bytes of strangers, as one function.

It costs processor time and memory without a sure bound, so services call it in a process of its
own (`sandbox/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ragline.contracts import bounds
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import Chunk, ChunkSizes, chunk_document
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.language import detect_language
from ragline_ingestor.media_types import resolve_media_type
from ragline_ingestor.parsers import parse
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.table_heads import with_repeated_heads

# Headings stand above each of their chunks. Ordinary documents come to little more than their text;
# six long headings above thousands of chunks would come to gigabytes.
_MAX_REPETITION = 4


class Preparer:
    """Finds the format, parses, detects the language and chunks."""

    def __init__(self, *, limits: ParseLimits, sizes: ChunkSizes) -> None:
        self._limits = limits
        self._sizes = sizes

    def __call__(self, content: Content, *, names: tuple[str, ...]) -> Prepared:
        """Return the chunks of `content`; its format may show in one of its `names`.

        Raises:
            InvalidDocument: the content is broken, empty, too large or of an unknown format.
        """
        media_type = resolve_media_type(content, names=names)
        document = parse(content, media_type=media_type, limits=self._limits)
        document = with_repeated_heads(document, self._sizes)
        chunks = tuple(map(_carried, chunk_document(document, self._sizes)))
        self._check_size(chunks)
        title = document.title
        return Prepared(
            media_type=media_type,
            title=title and title[: bounds.TITLE_CHARS + 1],
            language=document.language or detect_language(document),
            chunks=chunks,
            warnings=tuple(_message(each) for each in document.warnings[: bounds.WARNINGS]),
            scanned=document.scanned,
        )

    def _check_size(self, chunks: Sequence[Chunk]) -> None:
        most = _MAX_REPETITION * self._limits.text_chars
        size = sum(sum(map(len, chunk.heading_path)) + len(chunk.text) for chunk in chunks)
        if size > most:
            raise InvalidDocument(
                f"the chunks have {size} characters with the headings above each, over {most}:"
                " shorten the headings or split the document",
                code="too_large",
            )


def _message(warning: str) -> str:
    return bounds.clip(warning, bounds.MESSAGE_CHARS)


def _carried(chunk: Chunk) -> Chunk:
    """Cut headings so that they are still seen to be beyond their bounds (`metadata.py`)."""
    path = chunk.heading_path[: bounds.HEADINGS + 1]
    cut = tuple(heading[: bounds.HEADING_CHARS + 1] for heading in path)
    return replace(chunk, heading_path=cut)
