"""Content to chunks: all the work on bytes of strangers, as one function.

It costs processor time and memory without a sure bound, so services call it in a process of its
own (`sandbox/`).
"""

from __future__ import annotations

from collections.abc import Sequence

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import Chunk, ChunkSizes, chunk_document
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.language import detect_language
from ragline_ingestor.media_types import resolve_media_type
from ragline_ingestor.parsers import parse
from ragline_ingestor.prepared import Prepared

# Each chunk is embedded with the title and the headings above it. Ordinary documents come to
# little more than their text; a huge heading above many chunks would come to gigabytes.
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
        chunks = chunk_document(document, self._sizes)
        self._check_size(document.title or "", chunks)
        return Prepared(
            media_type=media_type,
            title=document.title,
            language=document.language or detect_language(document),
            chunks=tuple(chunks),
        )

    def _check_size(self, title: str, chunks: Sequence[Chunk]) -> None:
        most = _MAX_REPETITION * self._limits.text_chars
        size = sum(len(title) + sum(map(len, c.heading_path)) + len(c.text) for c in chunks)
        if size > most:
            raise InvalidDocument(
                f"the chunks have {size} characters with the title and the headings above each,"
                f" over {most}: shorten the title and the headings, or split the document",
                code="too_large",
            )
