"""Runs the planned searches in parallel, each with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, QueryClassified
from ragline.errors import DeadlineExceeded, PermanentError, TransientError
from ragline.ports.models import Embedder
from ragline.ports.store import ChunkSearch, Scope
from ragline_retriever.phrases import holds, phrases_of


@dataclass(frozen=True, slots=True)
class Searches:
    """The results of the searches, and which searches failed."""

    found: dict[SearchKind, list[Candidate]] = field(default_factory=dict)
    failed: dict[SearchKind, TransientError] = field(default_factory=dict)


def searches_of(event: QueryClassified) -> list[SearchKind]:
    """Return the planned searches that can run: metadata needs literal terms."""
    return [
        kind
        for kind in event.plan.searches
        if kind is not SearchKind.METADATA or event.entities.terms
    ]


class Searcher:
    """Runs the searches that a plan names.

    Args:
        search: the chunk store.
        embedder: embeds the question if the event has no usable vector.
    """

    def __init__(self, *, search: ChunkSearch, embedder: Embedder) -> None:
        self._search = search
        self._embedder = embedder

    async def run(self, event: QueryClassified, *, limit: int, timeout: float | None) -> Searches:
        """Run all planned searches at the same time; metadata needs literal terms.

        Args:
            event: the question and its plan.
            limit: candidates of each search.
            timeout: seconds for each search; None means the store's own limits.

        Raises:
            PermanentError: a search can never succeed, for example on another model's index.
        """
        kinds = searches_of(event)
        outcomes = await asyncio.gather(
            *(self._attempt(kind, event, limit, timeout) for kind in kinds)
        )
        searches = Searches()
        for kind, outcome in zip(kinds, outcomes, strict=True):
            if isinstance(outcome, PermanentError):
                raise outcome
            if isinstance(outcome, TransientError):
                searches.failed[kind] = outcome
            else:
                searches.found[kind] = list(outcome)
        return searches

    async def without_documents(
        self, event: QueryClassified, words: Sequence[str], *, timeout: float | None
    ) -> tuple[str, ...] | None:
        """Return those of `words` that no document has in the reader's scope, with their stems.

        None if the store does not say in time.
        """
        scope = _scope(event)
        try:
            async with asyncio.timeout(timeout):
                found = await asyncio.gather(
                    *(self._search.keyword(word, scope=scope, limit=1) for word in words)
                )
        except (TransientError, TimeoutError):
            return None
        return tuple(word for word, hits in zip(words, found, strict=True) if not hits)

    async def _attempt(
        self, kind: SearchKind, event: QueryClassified, limit: int, timeout: float | None
    ) -> Sequence[Candidate] | TransientError | PermanentError:
        """Return errors as values, so that one search's failure does not stop the others."""
        try:
            async with asyncio.timeout(timeout):
                return await self._candidates(kind, event, limit)
        except (TransientError, PermanentError) as error:
            return error
        except TimeoutError:
            return DeadlineExceeded(f"the {kind} search took longer than {timeout:.2f} s")

    async def _candidates(
        self, kind: SearchKind, event: QueryClassified, limit: int
    ) -> list[Candidate]:
        scope = _scope(event)
        match kind:
            case SearchKind.VECTOR:
                vector = await self._vector(event)
                return self._scaled(await self._search.vector(vector, scope=scope, limit=limit))
            case SearchKind.KEYWORD:
                return await self._worded(event, scope, limit)
            case SearchKind.METADATA:
                terms = event.entities.terms
                return await self._search.metadata(terms, scope=scope, limit=limit)

    def _scaled(self, hits: Sequence[Candidate]) -> list[Candidate]:
        """Put the cosines on the scale that all embedders share: later stages have limits on it."""
        return [
            hit.model_copy(
                update={
                    "scores": {
                        **hit.scores,
                        SearchKind.VECTOR: self._embedder.similarity(hit.scores[SearchKind.VECTOR]),
                    }
                }
            )
            for hit in hits
        ]

    async def _worded(self, event: QueryClassified, scope: Scope, limit: int) -> list[Candidate]:
        """Search for the question's words, and separately for those of each quoted phrase.

        In a long question the words of a phrase have little weight. A candidate that contains the
        phrase but was not found by the whole question gets the lowest score of those that were.
        """
        phrases = phrases_of(event.entities)
        texts = (event.standalone_text, *phrases)
        hits, *quoted = await asyncio.gather(
            *(self._search.keyword(text, scope=scope, limit=limit) for text in texts)
        )
        known = {hit.chunk_id: hit for hit in hits}
        least = min((hit.scores[SearchKind.KEYWORD] for hit in hits), default=0.0)
        for phrase, found in zip(phrases, quoted, strict=True):
            for hit in found:
                if hit.chunk_id not in known and holds(hit, phrase):
                    scores = {SearchKind.KEYWORD: least}
                    known[hit.chunk_id] = hit.model_copy(update={"scores": scores})
        return list(known.values())

    async def _vector(self, event: QueryClassified) -> Sequence[float]:
        given = event.embedding
        if given is not None and given.fingerprint == self._embedder.fingerprint:
            return given.vector
        return await self._embedder.embed_query(event.standalone_text)


def _scope(event: QueryClassified) -> Scope:
    return Scope(tenant=event.tenant, groups=event.principal.groups, filters=event.filters)
