"""A further look: searches sub-queries, and adds what they find to what is known.

It cannot fail a question that has passages: whatever goes wrong, those go on as they are, and
`second_look_skipped` says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from ragline.clock import Clock
from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop, HopReason
from ragline.contracts.plan import Entities, Plan, SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRetrieved,
    EarlierLooks,
    QueryClassified,
)
from ragline.contracts.size import best_within
from ragline.errors import PermanentError
from ragline_retriever.duplicates import drop_near_duplicates
from ragline_retriever.merge import merge
from ragline_retriever.searcher import Searcher, Searches

# of each search: a sub-query names what it looks for
_LIMIT = 10
# new candidates of a look that go on
_MOST = 20


class FurtherLook:
    """Makes the last look of a question's `hops`.

    Args:
        searcher: runs the searches.
        clock: the current instant, aware.
        most_bytes: of the candidates together, as JSON.
    """

    def __init__(self, *, searcher: Searcher, clock: Clock, most_bytes: int) -> None:
        self._searcher = searcher
        self._clock = clock
        self._most_bytes = most_bytes

    async def __call__(
        self, event: QueryClassified, earlier: EarlierLooks, *, seconds: float | None
    ) -> CandidatesRetrieved:
        """Return `event` with the candidates of all its looks; never an error.

        Args:
            event: the question; the last of its `hops` is to be made.
            earlier: what was found before.
            seconds: limit of each search; None means the store's own limits.
        """
        hop = event.hops[-1]
        started = self._clock()
        try:
            looks = await asyncio.gather(
                *(self._search(event, query, hop, seconds) for query in hop.queries)
            )
        except PermanentError:
            return without_look(event, earlier)
        if not any(look.found for look in looks):
            return without_look(event, earlier)
        plan, number = event.plan, len(event.hops)
        ranked = [merge(each.found, plan.weights, method=plan.fusion) for each in looks]
        known, new = joined(earlier.candidates, _best_of(ranked), hop=number)
        best = new[:_MOST]
        fitting = best_within(best, most_bytes=self._most_bytes // 2)
        together = list(drop_near_duplicates((*known, *fitting)))
        candidates = best_within(together, most_bytes=self._most_bytes)
        done = hop.model_copy(
            update={
                "found": sum(each.hop == number for each in candidates),
                "searches": sum(len(each.found) + len(each.failed) for each in looks),
                "ms": _milliseconds(started, self._clock()),
            }
        )
        trimmed = len(fitting) < len(best) or len(candidates) < len(together)
        cut = (
            *((Degradation.CANDIDATES,) if trimmed else ()),
            *((Degradation.CANDIDATE_TEXT,) if any(c.shortened for c in fitting) else ()),
        )
        return _onward(event, earlier, candidates, done, *cut)

    async def _search(
        self, event: QueryClassified, query: str, hop: Hop, seconds: float | None
    ) -> Searches:
        asked = event.model_copy(
            update={
                "standalone_text": query,
                "embedding": None,
                "entities": Entities(),
                "plan": event.plan.model_copy(update={"weights": _weights(event.plan, hop)}),
            }
        )
        return await self._searcher.run(asked, limit=_LIMIT, timeout=seconds)


def without_look(event: QueryClassified, earlier: EarlierLooks) -> CandidatesRetrieved:
    """Return `event` with what was found before its last look, which is given up."""
    return _onward(event, earlier, earlier.candidates, event.hops[-1], Degradation.SECOND_LOOK)


def joined(
    known: Sequence[Candidate], found: Sequence[Candidate], *, hop: int
) -> tuple[list[Candidate], list[Candidate]]:
    """Return the `known` candidates with their best `hop_fused`, and the new ones, best first.

    Of a document that changed between two looks only the higher version is left.

    Args:
        known: of the earlier looks.
        found: by sub-queries, best first; `fused` is their relevance to these.
        hop: number of the look that found them.
    """
    newest: dict[str, int] = {}
    for each in (*known, *found):
        newest[each.document_id] = max(each.version, newest.get(each.document_id, each.version))
    again = {each.chunk_id: each.fused for each in found}
    kept = [
        each.model_copy(update={"hop_fused": max(each.hop_fused, again.get(each.chunk_id, 0.0))})
        for each in known
        if each.version == newest[each.document_id]
    ]
    here = {each.chunk_id for each in kept}
    new = [
        each.model_copy(
            # the scores are those of the sub-query, and later stages have limits on the question's
            update={
                "hop": hop,
                "hop_fused": each.fused,
                "fused": 0.0,
                "scores": {},
                "updated_at": None,
            }
        )
        for each in found
        if each.chunk_id not in here and each.version == newest[each.document_id]
    ]
    return kept, new


def _best_of(looks: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Return each chunk once, with the better of its relevances, best first."""
    best: dict[str, Candidate] = {}
    for each in (candidate for look in looks for candidate in look):
        if each.chunk_id not in best or best[each.chunk_id].fused < each.fused:
            best[each.chunk_id] = each
    return sorted(best.values(), key=lambda c: (-c.fused, c.document_id, c.ordinal, c.chunk_id))


def _weights(plan: Plan, hop: Hop) -> Mapping[SearchKind, float]:
    """Return what is searched: a name by its words alone, where the plan searches words."""
    words = plan.weights.get(SearchKind.KEYWORD, 0.0)
    if hop.reason == HopReason.BRIDGE and words > 0:
        return {SearchKind.KEYWORD: words}
    return plan.weights


def _milliseconds(started: datetime, ended: datetime) -> float:
    return max(0.0, (ended - started).total_seconds() * 1_000)


def _onward(
    event: QueryClassified,
    earlier: EarlierLooks,
    candidates: Sequence[Candidate],
    hop: Hop,
    *degradations: Degradation,
) -> CandidatesRetrieved:
    return event.grown(
        CandidatesRetrieved,
        embedding=None,
        earlier=None,
        hops=(*event.hops[:-1], hop),
        candidates=tuple(candidates),
        watermark=earlier.watermark,
        missing_versions=earlier.missing_versions,
        unknown_words=earlier.unknown_words,
        index=earlier.index,
        degradations=tuple(dict.fromkeys((*event.degradations, *degradations))),
    )
