"""Read-your-writes: a question that names document versions waits until they are searchable."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from ragline.contracts.queries import QueryClassified
from ragline.ports.slots import CurrentSlot
from ragline.ports.store import CurrentVersions, DocumentRef, StoredDocument
from ragline_retriever.version_watch import VersionWatch

# Looks of one question at the same time, before it waits
_LOOKS_AT_ONCE = 8


class VersionWaiter:
    """Waits until document versions are searchable, without a slot.

    Args:
        store: tells which version of a document is searchable.
        watch: looks again, for all questions that wait.
        slot: is given back while a question waits.
        most_s: seconds that a question waits at most.
        per_tenant: questions of one tenant that wait at the same time; one more does not wait.
    """

    def __init__(
        self,
        *,
        store: CurrentVersions,
        watch: VersionWatch,
        slot: CurrentSlot,
        most_s: float,
        per_tenant: int,
    ) -> None:
        self._store = store
        self._watch = watch
        self._slot = slot
        self._most_s = most_s
        self._per_tenant = per_tenant
        self._waiting: Counter[str] = Counter()

    async def missing(self, event: QueryClassified, *, seconds: float | None) -> dict[str, int]:
        """Return which of `options.min_versions` are not searchable after at most `seconds`.

        A higher version, also a deletion, satisfies the requested one. A document that the asker
        may not read is treated as unknown: neither the answer nor its time reveals it.

        Raises:
            TransientError: the store does not answer.
        """
        awaited = await self._behind(event)
        if not awaited or self._waiting[event.tenant] >= self._per_tenant:
            return awaited
        most_s = self._most_s if seconds is None else min(seconds, self._most_s)
        there = asyncio.Event()

        def tell(document: DocumentRef, stored: StoredDocument | None) -> None:
            wanted = awaited.get(document.document_id)
            if wanted is not None and _version(stored, event) >= wanted:
                del awaited[document.document_id]
            if not awaited:
                there.set()

        documents = [_ref(event, document_id) for document_id in awaited]
        with self._counted(event.tenant):
            async with self._slot.parked():
                with self._watch.watching(documents, tell), suppress(TimeoutError):
                    async with asyncio.timeout(most_s):
                        await there.wait()
        return awaited

    @contextmanager
    def _counted(self, tenant: str) -> Iterator[None]:
        self._waiting[tenant] += 1
        try:
            yield
        finally:
            self._waiting[tenant] -= 1
            if not self._waiting[tenant]:
                del self._waiting[tenant]

    async def _behind(self, event: QueryClassified) -> dict[str, int]:
        wanted: Mapping[str, int] = event.options.min_versions
        looks = asyncio.Semaphore(_LOOKS_AT_ONCE)

        async def look(document_id: str) -> int:
            async with looks:
                return _version(await self._store.current(_ref(event, document_id)), event)

        found = await asyncio.gather(*(look(document_id) for document_id in wanted))
        return {
            document_id: version
            for (document_id, version), current in zip(wanted.items(), found, strict=True)
            if current < version
        }


def _ref(event: QueryClassified, document_id: str) -> DocumentRef:
    return DocumentRef(tenant=event.tenant, document_id=document_id)


def _version(stored: StoredDocument | None, event: QueryClassified) -> int:
    """Return the version that the asker may know of; -1 if there is none."""
    if stored is None or not stored.is_for(event.principal.groups):
        return -1
    return max(stored.version, stored.access_version)
