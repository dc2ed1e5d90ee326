"""The ingestor's one step: a document change in, its status out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from ragline.clock import Clock, Monotonic
from ragline.contracts.bounds import MESSAGE_CHARS, clip
from ragline.contracts.documents import (
    ChunkCounts,
    DocumentAccessChanged,
    DocumentChanged,
    DocumentScanned,
    DocumentStatus,
    DocumentTombstone,
    EmbeddingCounts,
    Operation,
    Outcome,
)
from ragline.errors import InvalidDocument
from ragline.ports.store import (
    FencedStore,
    IndexedDocument,
    StoredDocument,
    WriteResult,
)
from ragline_ingestor.access_log import AccessLog, Change, ref_of
from ragline_ingestor.assembly import chunk_counts, chunk_hashes, draft, texts_to_embed
from ragline_ingestor.document import ONLY_SCANS
from ragline_ingestor.embedding import CachedEmbedder, Embeddings
from ragline_ingestor.fetcher import Fetch
from ragline_ingestor.metadata import within_bounds
from ragline_ingestor.ocr_lane import OcrLane
from ragline_ingestor.preparation import Prepare
from ragline_ingestor.stopwatch import Stopwatch
from ragline_ingestor.tenant_line import TenantLine

# A write gives no sign of life. One of 4,900 chunks took 86 s where many shared two cores.
_LONGEST_S_PER_CHUNK = 0.05


class IngestorStage:
    """Applies a change behind the store's version fence.

    Every step is idempotent, so a redelivered change does no harm. `freshness_ms` is set by the
    messaging layer, which knows when the record arrived: `updated_at` may be years old in a
    backfill.

    Args:
        store: the chunk store.
        access: applies and records who may read.
        fetch: reads the content of a change, inline or by URI.
        prepare: parses and chunks content.
        ocr: reads scanned pages later; None if nothing does.
        embedder: embeds texts through the cache.
        writes: where documents wait to be written.
        clock: aware wall-clock time, for `finished_at`.
        timer: monotonic seconds, for `timings`.
    """

    def __init__(
        self,
        *,
        store: FencedStore,
        access: AccessLog,
        fetch: Fetch,
        prepare: Prepare,
        embedder: CachedEmbedder,
        writes: TenantLine,
        clock: Clock,
        timer: Monotonic = time.perf_counter,
        ocr: OcrLane | None = None,
    ) -> None:
        self._store = store
        self._access = access
        self._fetch = fetch
        self._prepare = prepare
        self._embedder = embedder
        self._writes = writes
        self._clock = clock
        self._timer = timer
        self._ocr = ocr

    async def __call__(self, event: Change | DocumentTombstone) -> DocumentStatus:
        """Apply `event` and return its terminal status.

        Raises:
            PermanentError: the document cannot be indexed as it is.
            TransientError: a dependency does not answer at the moment.
        """
        watch = Stopwatch(self._timer)
        if isinstance(event, DocumentAccessChanged):
            status = await self._change_access(event, watch)
        elif isinstance(event, DocumentTombstone):
            status = await self._erase(event, watch)
        else:
            status = await self._change_content(event, watch)
        return status.model_copy(update={"timings": watch.laps_ms})

    async def _change_access(
        self, event: DocumentAccessChanged, watch: Stopwatch
    ) -> DocumentStatus:
        with watch.lap("store"):
            result = await self._access.change(event)
        return self._ended(event, _outcome(result, Outcome.INDEXED))

    async def _erase(self, event: DocumentTombstone, watch: Stopwatch) -> DocumentStatus:
        """Delete up to the stated version, else up to the highest one that is known."""
        version = event.version
        if version is None:
            with watch.lap("version"):
                stored = await self._store.current(ref_of(event))
            version = max(event.published, stored.version if stored else 0)
        change = DocumentChanged(
            tenant=event.tenant,
            document_id=event.document_id,
            version=version,
            operation=Operation.DELETE,
        )
        return await self._change_content(change, watch)

    async def _change_content(self, event: DocumentChanged, watch: Stopwatch) -> DocumentStatus:
        with watch.lap("current"):
            stored = await self._store.current(ref_of(event))
        if stored is not None and _is_older(event, stored):
            await self._access.keep(event, stored)
            await self._settle(event, watch)
            return self._ended(event, Outcome.SUPERSEDED)
        if event.operation is Operation.DELETE:
            return await self._delete(event, stored, watch)
        try:
            return await self._index(event, stored, watch)
        except InvalidDocument as error:
            await self._access.keep_narrower(event, stored)
            if (status := await self._without_scans(event, error)) is None:
                raise
            return status
        except Exception:
            await self._access.keep_narrower(event, stored)
            raise

    async def _without_scans(
        self, event: DocumentChanged, error: InvalidDocument
    ) -> DocumentStatus | None:
        """Return the status of a document that is all scans, or whose scans cannot be read.

        What is indexed of it stays. None if the failure is another one.
        """
        if self._ocr is None:
            return None
        if isinstance(event, DocumentScanned):
            warning = f"its scanned pages could not be read by OCR: {error}"
        elif error.code == ONLY_SCANS:
            await self._ocr.queue(event)
            warning = "all pages are pictures without text and not indexed yet: waiting for OCR"
        else:
            return None
        status = self._ended(event, Outcome.UNCHANGED)
        return status.model_copy(update={"warnings": (clip(warning, MESSAGE_CHARS),)})

    async def _delete(
        self, event: DocumentChanged, stored: StoredDocument | None, watch: Stopwatch
    ) -> DocumentStatus:
        with watch.lap("store"):
            result = await self._store.delete(ref_of(event), version=event.version)
        # only now: it may open what was just removed
        await self._access.keep(event, stored)
        status = self._ended(event, _outcome(result, Outcome.DELETED))
        if result is WriteResult.SUPERSEDED:
            return status
        removed = len(stored.chunk_hashes) if stored else 0
        return status.model_copy(update={"chunks": ChunkCounts(removed=removed)})

    async def _index(
        self, event: DocumentChanged, stored: StoredDocument | None, watch: Stopwatch
    ) -> DocumentStatus:
        document, warnings, waits = await self._drafted(event, watch)
        before = stored.chunk_hashes if stored else ()
        counts = chunk_counts(before, chunk_hashes(document))
        if stored is not None and (
            _is_stored(document, stored) or (waits and _has_scans(document, stored))
        ):
            await self._settle(event, watch)
            await self._access.note(event, stored)
            if waits and not _has_scans(document, stored):
                await self._queue_scans(event)
            return self._ended(event, Outcome.UNCHANGED).model_copy(
                update={"chunks": counts, "warnings": warnings}
            )
        with watch.lap("embed"):
            texts = texts_to_embed(document)
            embeddings = await self._embedder.embed(texts, tenant=event.tenant)
        with watch.lap("store"):
            longest_s = len(texts) * _LONGEST_S_PER_CHUNK
            async with self._writes.turn(event.tenant, longest_s=longest_s):
                result = await self._store.upsert(_with_vectors(document, texts, embeddings))
        await self._access.note(event, stored)
        if waits:
            await self._queue_scans(event)
        status = self._ended(event, _outcome(result, Outcome.INDEXED))
        used = EmbeddingCounts(computed=embeddings.computed, cached=embeddings.cached)
        applied = result is WriteResult.APPLIED
        return status.model_copy(
            update={
                "embeddings": used,
                "chunks": counts if applied else ChunkCounts(),
                "warnings": warnings,
            }
        )

    async def _drafted(
        self, event: DocumentChanged, watch: Stopwatch
    ) -> tuple[IndexedDocument, tuple[str, ...], bool]:
        """Return the document without vectors, warnings, and whether it waits for OCR."""
        is_scanned = isinstance(event, DocumentScanned)
        prepare = self._ocr.prepare if self._ocr and is_scanned else self._prepare
        with watch.lap("fetch"):
            content = await self._fetch(event)
        with watch.lap("parse"):
            names = (event.document_id, event.content_uri or "")
            prepared = await prepare(content, names=names, tenant=event.tenant)
            prepared, warnings = within_bounds(prepared, event)
            waits = self._ocr is not None and prepared.scanned and not is_scanned
            return draft(event, content, prepared), warnings, waits

    async def _queue_scans(self, event: DocumentChanged) -> None:
        if self._ocr is not None:
            await self._ocr.queue(event)

    async def _settle(self, event: DocumentChanged, watch: Stopwatch) -> None:
        """Remove leftovers of an earlier, interrupted delivery although nothing is written."""
        with watch.lap("store"):
            await self._store.settle(ref_of(event))

    def _ended(self, event: Change, outcome: Outcome) -> DocumentStatus:
        return DocumentStatus(
            tenant=event.tenant,
            document_id=event.document_id,
            version=event.version,
            status=outcome,
            change="access" if isinstance(event, DocumentAccessChanged) else "content",
            finished_at=self._clock(),
        )


def _is_older(event: DocumentChanged, stored: StoredDocument) -> bool:
    """Tell whether the stored state supersedes `event`; at the same version a delete wins."""
    deletes = event.operation is Operation.DELETE
    return (event.version, deletes) < (stored.version, stored.gone)


def _is_stored(document: IndexedDocument, stored: StoredDocument) -> bool:
    """Tell whether the store already holds `document` completely, in the same chunks."""
    states_access = document.access is not None
    return (
        stored.version == document.version
        and not stored.gone
        and stored.content_hash == document.content_hash
        and stored.chunk_hashes == chunk_hashes(document)
        and (not states_access or stored.access_version >= document.version)
    )


def _has_scans(document: IndexedDocument, stored: StoredDocument) -> bool:
    """Tell whether the store holds `document` with more text than it has without OCR.

    To read the change again must not undo that.
    """
    return (
        stored.version == document.version
        and not stored.gone
        and stored.content_hash == document.content_hash
        and len(stored.chunk_hashes) >= len(document.chunks)
        and stored.chunk_hashes != chunk_hashes(document)
    )


def _outcome(result: WriteResult, applied: Outcome) -> Outcome:
    return applied if result is WriteResult.APPLIED else Outcome.SUPERSEDED


def _with_vectors(
    document: IndexedDocument, texts: Sequence[str], embeddings: Embeddings
) -> IndexedDocument:
    """Return `document` with its chunks' vectors; `texts` are what was embedded of them."""
    chunks = [
        replace(chunk, embedding=embeddings.vectors[text])
        for chunk, text in zip(document.chunks, texts, strict=True)
    ]
    return replace(document, chunks=chunks)
