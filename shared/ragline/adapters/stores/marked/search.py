"""Searches whose hits are checked against the markers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ragline.adapters.stores.marked.markers import DocumentState
from ragline.adapters.stores.marked.objects import MarkedObjects
from ragline.contracts.queries import Candidate
from ragline.ports.store import Scope

Search = Callable[[int], Awaitable[list[Candidate]]]
# a search that meets a document while it is being replaced is repeated, this often at most
_MAX_ATTEMPTS = 5


async def current(
    tenant: MarkedObjects, search: Search, scope: Scope, limit: int, *, most: int
) -> list[Candidate]:
    """Search until the hits show one consistent state of every document.

    If a hit's version was superseded between the search and the reading of the markers, its
    successor may be missing: search again. If hidden hits may have crowded out visible ones, search
    again with a larger limit.

    Args:
        tenant: whose objects.
        search: returns so many hits, best first, out of those that the store says are in scope.
        scope: what the reader may see.
        limit: how many hits are wanted.
        most: how many hits the store returns at most.
    """
    count = limit
    for _ in range(_MAX_ATTEMPTS):
        hits = await search(count)
        states = await tenant.verdicts({hit.document_id for hit in hits})
        shown = [hit for hit in hits if states[hit.document_id].shows(hit.version, scope.groups)]
        crowded = len(hits) >= count and len(shown) < limit
        if not crowded and not any(_fell(hit, states[hit.document_id]) for hit in hits):
            break
        count = min(2 * count, most) if crowded else count
    return shown[:limit]


def _fell(hit: Candidate, state: DocumentState) -> bool:
    return state.is_newer_than(hit.version, gone=False)
