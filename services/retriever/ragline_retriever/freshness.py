"""Read-your-writes: a question that names document versions waits until they are searchable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ragline.contracts.queries import QueryClassified
from ragline.ports.store import CurrentVersions, DocumentRef

# Short enough to notice a change soon, long enough not to load the store with look-ups
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.5
# The longest wait for a question without a deadline
_PATIENCE_S = 10.0


class VersionWaiter:
    """Waits until document versions are searchable.

    Args:
        store: tells which version of a document is searchable.
    """

    def __init__(self, *, store: CurrentVersions) -> None:
        self._store = store

    async def missing(self, event: QueryClassified, *, seconds: float | None) -> dict[str, int]:
        """Return which of `options.min_versions` are not searchable after at most `seconds`.

        A higher version, also a deletion, satisfies the requested one. A document that the asker
        may not read is treated as unknown: neither the answer nor its time reveals it.

        Raises:
            TransientError: the store does not answer.
        """
        awaited: Mapping[str, int] = event.options.min_versions
        pause = _FIRST_PAUSE_S
        until = asyncio.get_running_loop().time() + (_PATIENCE_S if seconds is None else seconds)
        while awaited := await self._behind(event, awaited):
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        return dict(awaited)

    async def _behind(self, event: QueryClassified, wanted: Mapping[str, int]) -> dict[str, int]:
        found = await asyncio.gather(*(self._version(event, document) for document in wanted))
        return {
            document: version
            for (document, version), current in zip(wanted.items(), found, strict=True)
            if current < version
        }

    async def _version(self, event: QueryClassified, document_id: str) -> int:
        stored = await self._store.current(
            DocumentRef(tenant=event.tenant, document_id=document_id)
        )
        if stored is None or not stored.is_for(event.principal.groups):
            return -1
        return max(stored.version, stored.access_version)
