"""The answer cache: the same question over the same passages gets the stored answer.

The key is a digest of all inputs of the answer (`key.py`), above all of the passages with their
documents' versions. For this answer, the passages represent the state of the index; the event's own
`watermark` is the time of its search and differs for each question. So an entry is never stale, and
the cache needs no invalidation: a new version, a deletion or a revoked right on any document that
the answer could cite changes the search result and thus the key, without any race. Changes to other
documents leave the entry valid. Entries that are no longer found expire.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

from ragline.clock import Clock
from ragline.contracts.answers import Degradation, QueryAnswered
from ragline.contracts.queries import CandidatesRanked
from ragline.ports.answers import AnswerCache, TokenStream
from ragline_generator.broadcast import Broadcast
from ragline_generator.caching.entry import impersonal, is_worth_keeping, read_entry, repeated
from ragline_generator.caching.key import cache_key


class LookUp(StrEnum):
    """How a look-up ended."""

    HIT = "hit"
    MISS = "miss"
    UNREADABLE = "unreadable"


class CachingStage:
    """The generator stage `stage`, behind the answer cache for the tenants that it `covers`.

    Args:
        stage: produces the answers that the cache does not have.
        cache: stores answers.
        made_with: identifies the setup of `stage`; answers of another setup are not found.
        covers: tells whether a tenant's answers are cached.
        stream: sends a cached answer to its readers, in one piece.
        clock: the time of the answer.
        on_look_up: called with the outcome of each look-up, for metrics.
    """

    def __init__(
        self,
        stage: Callable[[CandidatesRanked], Awaitable[QueryAnswered]],
        *,
        cache: AnswerCache,
        made_with: str,
        covers: Callable[[str], bool],
        stream: TokenStream,
        clock: Clock,
        on_look_up: Callable[[LookUp], None],
    ) -> None:
        self._stage = stage
        self._cache = cache
        self._made_with = made_with
        self._covers = covers
        self._stream = stream
        self._clock = clock
        self._on_look_up = on_look_up

    async def __call__(self, event: CandidatesRanked) -> QueryAnswered:
        """Return the stored answer, else the stage's; store that one if it is worth keeping."""
        if not event.passages or not self._covers(event.tenant):
            return await self._stage(event)
        key = cache_key(event, made_with=self._made_with)
        stored = await self._stored(key)
        if stored is not None:
            return await self._given_again(stored, event)
        answer = await self._stage(event)
        if is_worth_keeping(answer, event):
            await self._cache.put(key, impersonal(answer, key).to_json())
        return answer

    async def _stored(self, key: str) -> QueryAnswered | None:
        found = await self._cache.get(key)
        if found is None:
            self._on_look_up(LookUp.MISS)
            return None
        stored = read_entry(found, key)
        self._on_look_up(LookUp.UNREADABLE if stored is None else LookUp.HIT)
        return stored

    async def _given_again(self, stored: QueryAnswered, event: CandidatesRanked) -> QueryAnswered:
        broadcast = Broadcast(
            self._stream,
            event.ref,
            wanted=event.options.stream,
            poll_s=0,  # the request to stop is not looked up: the whole answer is sent at once
            clock=self._clock,
        )
        await broadcast.start()
        await broadcast.say(stored.text)
        await broadcast.finish(stored.status)
        skipped = (Degradation.STREAM,) if broadcast.skipped else ()
        return repeated(stored, event, without=skipped, at=self._clock())
