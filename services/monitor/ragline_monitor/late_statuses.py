"""Keeps statuses that could not be written to the views, and writes them after the outage."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from ragline.contracts.documents import DocumentStatus
from ragline.errors import RaglineError
from ragline.ports.views import ViewWriter


class LateStatuses:
    """Writes statuses; during an outage, keeps the last one per document in memory.

    Args:
        views: the store that statuses are written to.
        on_failure: called for each status that has to wait, and for each that is dropped.
        most: how many documents may wait; beyond that, the longest waiting one is dropped.
    """

    def __init__(
        self, views: ViewWriter, *, on_failure: Callable[[], None], most: int = 10_000
    ) -> None:
        self._views = views
        self._on_failure = on_failure
        self._most = most
        self._waiting: OrderedDict[tuple[str, str], DocumentStatus] = OrderedDict()

    def __len__(self) -> int:
        """Return how many documents wait."""
        return len(self._waiting)

    async def note(self, status: DocumentStatus) -> None:
        """Write a status, now or later; while others are waiting, the views are not called."""
        if not self._waiting:
            try:
                await self._views.note_document(status)
            except RaglineError:
                pass
            else:
                return
        self._wait(status)

    async def catch_up(self) -> None:
        """Write the waiting statuses until the views fail again; called periodically."""
        while self._waiting:
            place, status = next(iter(self._waiting.items()))
            try:
                await self._views.note_document(status)
            except RaglineError:
                return
            if self._waiting.get(place) is status:
                del self._waiting[place]

    def _wait(self, status: DocumentStatus) -> None:
        self._on_failure()
        place = (status.tenant, status.document_id)
        known = self._waiting.get(place)
        if known is None or known.order <= status.order:
            self._waiting[place] = status
        if len(self._waiting) > self._most:
            self._waiting.popitem(last=False)
            self._on_failure()
