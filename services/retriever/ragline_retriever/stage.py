"""The retriever: a planned question in, the best candidates for it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ragline.clock import Clock, epoch_ms
from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, CandidatesRetrieved, QueryClassified
from ragline.contracts.size import best_within
from ragline.errors import DeadlineExceeded, TransientError
from ragline.ladder import Ladder, Rung
from ragline.ports.models import Embedder
from ragline.ports.store import ChunkSearch
from ragline_retriever.duplicates import drop_near_duplicates
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.further_look import FurtherLook
from ragline_retriever.merge import Found, merge, support
from ragline_retriever.phrases import lift_exact, phrases_of
from ragline_retriever.searcher import Searcher, Searches
from ragline_retriever.selection import cap_per_document, weigh_recency
from ragline_retriever.wording import reworded, unheard

# Share of the time for awaited versions to become searchable; the rest is for the question
_WAITING_SHARE = 0.5
# Share of the time for the search; later stages need the rest, above all generation
_SEARCH_SHARE = 0.5
# and of a further look, whose question has passages already
_FURTHER_SHARE = 0.25
# Each word that no passage found has costs a search of its own
_WORDS_LOOKED_UP = 8
_WORDS_SHARE = 0.2
_SKIPPED = {
    SearchKind.VECTOR: Degradation.VECTOR,
    SearchKind.KEYWORD: Degradation.KEYWORD,
    SearchKind.METADATA: Degradation.METADATA,
}


class RetrieverStage:
    """Searches, fuses and selects.

    Args:
        search: the chunk store.
        embedder: embeds the question if the event has no usable vector.
        clock: the current instant, aware.
        ladder: which steps to skip when time is short.
        waiter: waits for the document versions that a question names.
        most_bytes: of the candidates together, as JSON; the best go on.
    """

    def __init__(
        self,
        *,
        search: ChunkSearch,
        embedder: Embedder,
        clock: Clock,
        ladder: Ladder,
        waiter: VersionWaiter,
        most_bytes: int = bounds.CANDIDATES_BYTES,
    ) -> None:
        self._waiter = waiter
        self._searcher = Searcher(search=search, embedder=embedder)
        self._further = FurtherLook(searcher=self._searcher, clock=clock, most_bytes=most_bytes)
        self._clock = clock
        self._ladder = ladder
        self._most_bytes = most_bytes

    async def __call__(self, event: QueryClassified) -> CandidatesRetrieved:
        """Return `event` with its candidates, best first; an empty result is not an error.

        A search that fails is left out and named in `degradations`, and so are candidates that are
        too large to go on together. A question that comes back for a further look keeps what it
        has, whatever becomes of that look.

        Raises:
            TransientError: every search failed, or the deadline is over.
            PermanentError: a search can never succeed.
        """
        if event.earlier is not None:
            seconds = _time(event, self._clock(), share=_FURTHER_SHARE)
            return await self._further(event, event.earlier, seconds=seconds)
        missing = await self._missing(event)
        now = self._clock()
        event = self._ladder.fit(event, now=now, rungs={Rung.KEYWORD_ONLY})
        searches = await self._search(event)
        unknown = await self._unknown(event, searches)
        if (text := _reworded(event, searches, unknown)) != event.standalone_text:
            event = event.model_copy(update={"standalone_text": text, "embedding": None})
            searches = await self._search(event)
            unknown = await self._unknown(event, searches)
        chosen = [_carried(each) for each in _select(event, searches.found, now)]
        candidates = best_within(chosen, most_bytes=self._most_bytes)
        return event.grown(
            CandidatesRetrieved,
            embedding=None,  # the searches were the last to read it
            candidates=candidates,
            watermark=int(epoch_ms(now)),
            missing_versions=missing,
            unknown_words=unknown,
            degradations=(
                *event.degradations,
                *([Degradation.MIN_VERSIONS] if missing else []),
                *(_SKIPPED[kind] for kind in searches.failed),
                *([Degradation.CANDIDATES] if len(candidates) < len(chosen) else []),
                *([Degradation.CANDIDATE_TEXT] if _any_shortened(candidates) else []),
            ),
        )

    async def _search(self, event: QueryClassified) -> Searches:
        searches = await self._searcher.run(
            event,
            limit=max(event.plan.depth, _wanted(event)),
            timeout=_time(event, self._clock(), share=_SEARCH_SHARE),
        )
        _raise_if_all_failed(searches)
        return searches

    async def _unknown(self, event: QueryClassified, searches: Searches) -> tuple[str, ...] | None:
        """Return the question's words that no document has; None where no words were searched."""
        if SearchKind.KEYWORD not in searches.found:
            return None
        words = unheard(event.standalone_text, _texts(searches))[:_WORDS_LOOKED_UP]
        seconds = _time(event, self._clock(), share=_WORDS_SHARE)
        return await self._searcher.without_documents(event, words, timeout=seconds)

    async def _missing(self, event: QueryClassified) -> dict[str, int]:
        if not event.options.min_versions:
            return {}
        seconds = _time(event, self._clock(), share=_WAITING_SHARE)
        return await self._waiter.missing(event, seconds=seconds)


def _time(event: QueryClassified, now: datetime, *, share: float) -> float | None:
    if event.deadline is None:
        return None
    left = (event.deadline - now).total_seconds()
    if left <= 0:
        raise DeadlineExceeded(f"the deadline {event.deadline} passed before the search")
    return left * share


def _texts(searches: Searches) -> list[str]:
    """Return what the passages found say, each once."""
    found = {hit.chunk_id: hit for hits in searches.found.values() for hit in hits}
    return ["\n".join((*hit.headings, hit.text)) for hit in found.values()]


def _reworded(event: QueryClassified, searches: Searches, unknown: tuple[str, ...] | None) -> str:
    text = reworded(event.standalone_text, unknown=unknown or (), texts=_texts(searches))
    return text[: bounds.STANDALONE_CHARS]


def _raise_if_all_failed(searches: Searches) -> None:
    """If all searches failed, raise; prefer an outage to a timeout, because it tells more."""
    if searches.found or not searches.failed:
        return
    errors: Sequence[TransientError] = list(searches.failed.values())
    outages = [error for error in errors if not isinstance(error, DeadlineExceeded)]
    raise (outages or errors)[0]


def _select(event: QueryClassified, found: Found, now: datetime) -> tuple[Candidate, ...]:
    plan = event.plan
    merged = merge(found, plan.weights, method=plan.fusion)
    supported = support(merged, weight=plan.document_support)
    weighed = weigh_recency(supported, now=now, half_life_days=plan.recency_half_life_days)
    distinct = drop_near_duplicates(lift_exact(weighed, phrases_of(event.entities)))
    wanted = _wanted(event)
    most = max(plan.candidates, wanted)
    return tuple(cap_per_document(distinct, cap=plan.per_document, at_least=wanted, most=most))


def _carried(candidate: Candidate) -> Candidate:
    """Return what of a candidate the stages behind read."""
    return candidate.model_copy(update={"updated_at": None})


def _any_shortened(candidates: Sequence[Candidate]) -> bool:
    return any(candidate.shortened for candidate in candidates)


def _wanted(event: QueryClassified) -> int:
    """Return how many passages the publisher, or else the plan, asks for."""
    return event.options.top_k or event.plan.passages
