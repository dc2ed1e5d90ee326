"""Ingests documents into a separate tenant, through the ingestor's stage."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ragline.contracts.documents import DocumentChanged, DocumentStatus
from ragline.errors import RaglineError
from ragline.messaging.composition import Stage
from ragline_evaluation.dataset import Document

_AT_ONCE = 8
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """The result of ingesting. `failures` are `document id: reason`."""

    documents: int
    outcomes: dict[str, int]
    chunks: int
    embedded: int
    cached: int
    seconds: float
    failures: Sequence[str]


def events_of(documents: Iterable[Document]) -> list[DocumentChanged]:
    """Return documents as changes; `in_own_tenant` sets their tenant."""
    return [
        DocumentChanged(
            document_id=each.id,
            version=1,
            content=each.text,
            media_type=each.media_type,
            title=each.title or None,
        )
        for each in documents
        if each.text.strip()
    ]


def in_own_tenant(events: Iterable[DocumentChanged], name: str) -> list[DocumentChanged]:
    """Return the events in a tenant whose name is derived from their content.

    Other content gets another tenant, so documents of earlier runs never mix in, and a run with the
    same content finds it already ingested.
    """
    events = sorted(events, key=lambda event: event.document_id)
    digest = blake2b(digest_size=8)
    for event in events:
        digest.update(f"{event.document_id}\0{event.title}\0{event.content}\0".encode())
    readable = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)[:40]
    tenant = f"eval-{readable}-{digest.hexdigest()}"
    return [event.model_copy(update={"tenant": tenant, "version": 1}) for event in events]


async def ingest(stage: Stage, events: Sequence[DocumentChanged], progress: Progress) -> Ingested:
    """Apply `events`, several at once; a document that fails is reported and left out."""
    started = time.perf_counter()
    statuses: list[DocumentStatus] = []
    failures: list[str] = []
    async for event, result in _each(stage, events):
        progress(1)
        if isinstance(result, RaglineError):
            failures.append(f"{event.document_id}: {result}")
        else:
            statuses.append(result)
    return Ingested(
        documents=len(events),
        outcomes=dict(Counter(status.status.value for status in statuses)),
        chunks=sum(status.chunks.added + status.chunks.kept for status in statuses),
        embedded=sum(status.embeddings.computed for status in statuses),
        cached=sum(status.embeddings.cached for status in statuses),
        seconds=time.perf_counter() - started,
        failures=failures,
    )


async def _each(
    stage: Stage, events: Sequence[DocumentChanged]
) -> AsyncIterator[tuple[DocumentChanged, DocumentStatus | RaglineError]]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def apply(
        event: DocumentChanged,
    ) -> tuple[DocumentChanged, DocumentStatus | RaglineError]:
        async with places:
            try:
                status = await stage(event)
            except RaglineError as error:
                return event, error
        assert isinstance(status, DocumentStatus)  # noqa: S101  # what this stage returns
        return event, status

    for done in asyncio.as_completed([apply(event) for event in events]):
        yield await done
