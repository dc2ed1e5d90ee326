"""Parses and chunks content, off the event loop and within a time limit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import Chunk, ChunkSizes, chunk_document
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.language import detect_language
from ragline_ingestor.parsers import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A parsed document and its chunks, in order; there is at least one."""

    document: ParsedDocument
    chunks: tuple[Chunk, ...]


class Preparer:
    """Parses and chunks on a worker thread.

    A thread cannot be stopped: after the time limit it runs on until the parser's own limits end
    it, but the change has already failed and nothing waits for the thread.
    """

    def __init__(self, *, limits: ParseLimits, sizes: ChunkSizes, timeout_s: float) -> None:
        self._limits = limits
        self._sizes = sizes
        self._timeout_s = timeout_s

    async def __call__(self, content: Content, *, media_type: str) -> Prepared:
        """Return the chunks of `content`.

        Raises:
            InvalidDocument: as raised by the parser, or `parse_timeout`.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.to_thread(self._prepare, content, media_type)
        except TimeoutError as error:
            raise InvalidDocument(
                f"parsing took more than {self._timeout_s:g} s: split the document or raise"
                " RAGLINE_INGESTOR__PARSE_TIMEOUT_S",
                code="parse_timeout",
            ) from error

    def _prepare(self, content: Content, media_type: str) -> Prepared:
        document = parse(content, media_type=media_type, limits=self._limits)
        if document.language is None:
            document = replace(document, language=detect_language(document))
        return Prepared(document=document, chunks=tuple(chunk_document(document, self._sizes)))
