"""Splits documents into passages as the retriever would return them, without a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ragline.contracts.documents import DocumentChanged
from ragline.contracts.media_types import PLAIN
from ragline.contracts.queries import Passage
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content
from ragline_ingestor.parsers import parse
from ragline_ingestor.settings import IngestorSettings


def passages_of(
    events: Sequence[DocumentChanged], progress: Callable[[int], None]
) -> dict[str, list[Passage]]:
    """Return the passages of each document, in order; one that cannot be parsed is left out.

    They are cut as the ingestor cuts them where nothing else is set.
    """
    own = IngestorSettings()
    found: dict[str, list[Passage]] = {}
    for event in events:
        try:
            found[event.document_id] = list(_passages(event, own))
        except InvalidDocument:
            continue
        finally:
            progress(1)
    return found


def _passages(event: DocumentChanged, own: IngestorSettings) -> Iterator[Passage]:
    content = Content(data=(event.content or "").encode())
    document = parse(content, media_type=event.media_type or PLAIN, limits=own.parse_limits())
    for ordinal, chunk in enumerate(chunk_document(document, own.chunk_sizes())):
        yield Passage(
            chunk_id=f"{event.document_id}#{ordinal}",
            document_id=event.document_id,
            version=event.version,
            ordinal=ordinal,
            title=event.title or document.title or "",
            heading_path=chunk.heading_path,
            text=chunk.text,
            start=chunk.start,
            end=chunk.end,
            score=1.0,
        )
