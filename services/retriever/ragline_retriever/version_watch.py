"""Looks at the versions of documents that questions wait for, once for all who wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ragline.errors import RaglineError
from ragline.fairness.fair_queue import FairQueue
from ragline.ports.store import CurrentVersions, DocumentRef, StoredDocument

log = logging.getLogger(__name__)

Tell = Callable[[DocumentRef, StoredDocument | None], None]


class VersionWatch:
    """Looks at watched documents in rounds; tenants take turns where a round is too short for all.

    A look that fails is repeated in a later round: who waits has time.

    Args:
        store: tells which version of a document is searchable.
        every_s: seconds between two rounds.
        looks: most documents looked at in a round, at the same time.
    """

    def __init__(self, *, store: CurrentVersions, every_s: float, looks: int) -> None:
        self._store = store
        self._every_s = every_s
        self._looks = looks
        self._watchers: dict[DocumentRef, list[Tell]] = {}
        self._line: FairQueue[DocumentRef] = FairQueue()
        self._rounds: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, documents: Collection[DocumentRef], tell: Tell) -> Iterator[None]:
        """Call `tell` with what is stored of each document, again and again, during the block."""
        for document in documents:
            if document not in self._watchers:
                self._line.push(document.tenant, document)
            self._watchers.setdefault(document, []).append(tell)
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            for document in documents:
                self._forget(document, tell)

    def _forget(self, document: DocumentRef, tell: Tell) -> None:
        watchers = self._watchers[document]
        watchers.remove(tell)
        if not watchers:
            del self._watchers[document]
            self._line.remove(document.tenant, document)

    async def _look_on(self) -> None:
        while self._watchers:
            await asyncio.sleep(self._every_s)
            turns = min(self._looks, len(self._line))
            await asyncio.gather(*(self._look(self._line.pop()) for _ in range(turns)))

    async def _look(self, document: DocumentRef) -> None:
        try:
            stored = await self._store.current(document)
        except RaglineError as error:
            log.info("the version of a document could not be looked up: %s", error)
        else:
            for tell in tuple(self._watchers.get(document, ())):
                tell(document, stored)
        if document in self._watchers:
            self._line.push(document.tenant, document)
