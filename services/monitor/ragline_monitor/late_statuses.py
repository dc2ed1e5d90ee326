"""Statuses that the views could not take are kept until they can: the last of each document."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from ragline.contracts.documents import DocumentStatus
from ragline.errors import RaglineError
from ragline.ports.views import ViewWriter


class LateStatuses:
    """Writes statuses, and catches up after an outage. What waits is lost with the process.

    Args:
        views: where they are written.
        on_failure: called for each status that had to wait, and for each given up.
        most: how many documents may wait; beyond, the one that waits longest is given up.
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
        """Write a status, now or later; while others wait the views are not asked."""
        if not self._waiting:
            try:
                await self._views.note_document(status)
            except RaglineError:
                pass
            else:
                return
        self._wait(status)

    async def catch_up(self) -> None:
        """Write what waits, until the views fail again; called from time to time."""
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
