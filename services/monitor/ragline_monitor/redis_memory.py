"""The memory in Redis: what was counted, what answers were about, and what happened each hour."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from redis.asyncio import Redis

from ragline.adapters.redis.optional import OptionalRedis
from ragline.clock import Clock, Monotonic, utc_now
from ragline.ports.answers import Attempt
from ragline_monitor.history import hour_of
from ragline_monitor.labels import UNKNOWN
from ragline_monitor.ports import About, RatingOfAnswer, RecordId, Tally, Unmatched
from ragline_monitor.redis_keys import answer_key, early_key, hour_key, seen_bit

# Feedback waits for its answer only where the monitor reads both topics late
_EARLY_TTL_S = 86_400
_MOST_EARLY = 100

# Remember the answer and add to its hour in one step: a crash neither loses nor doubles it.
# Ratings that came before it are handed over.
_ANSWERED = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return false end
redis.call('EXPIRE', KEYS[1], ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HINCRBYFLOAT', KEYS[3], ARGV[i], ARGV[i + 1]) end
if #ARGV > 3 then redis.call('EXPIRE', KEYS[3], ARGV[3]) end
local early = redis.call('LRANGE', KEYS[2], 0, -1)
redis.call('DEL', KEYS[2])
return early
"""

# Look for the answer and let the rating wait in one step, or the answer could come in between
_RATED = """
if redis.call('SETBIT', KEYS[1], ARGV[1], 1) == 1 then return false end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local known = redis.call('HGETALL', KEYS[2])
if #known > 0 then return known end
redis.call('RPUSH', KEYS[3], ARGV[3])
redis.call('LTRIM', KEYS[3], -ARGV[5], -1)
redis.call('EXPIRE', KEYS[3], ARGV[4])
return {}
"""


class RedisMemory:
    """Port `Memory`, and the history that it keeps.

    Args:
        redis: the client; its time limits bound every call.
        ttl_s: how long answers, counted records and hours are remembered.
        on_failure: called with the failed operation's name, to be counted.
        now: the current instant.
        cooldown_s: pause after a failure.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        redis: Redis,
        *,
        ttl_s: int,
        on_failure: Callable[[str], None],
        now: Clock = utc_now,
        cooldown_s: float = 5.0,
        clock: Monotonic = time.monotonic,
    ) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._now = now
        self._optional = OptionalRedis(on_failure=on_failure, cooldown_s=cooldown_s, clock=clock)
        self._answered = redis.register_script(_ANSWERED)
        self._rated = redis.register_script(_RATED)

    @property
    def away(self) -> bool:
        """Whether Redis failed a moment ago."""
        return self._optional.away

    async def answered(
        self, attempt: Attempt, about: About, *, at: datetime, tally: Tally
    ) -> Sequence[RatingOfAnswer] | None:
        """Remember an answer and add `tally` to its hour; None when it was counted before."""
        query_id, hour = attempt.query_id, self._hour(at)
        added = [each for pair in tally.items() for each in pair] if hour is not None else []
        found: list[bytes] | None = []
        if self._may("answered"):
            with self._optional.trying("answered"):
                found = await self._answered(
                    keys=[answer_key(query_id), early_key(query_id), hour_key(hour or 0)],
                    args=[attempt.number, about.model_dump_json(), self._ttl_s, *added],
                )
        return (
            None if found is None else [RatingOfAnswer.model_validate_json(each) for each in found]
        )

    async def rated(
        self, record: RecordId, query_id: str, rating: RatingOfAnswer
    ) -> About | Unmatched:
        """Return what the rating is about; an early one is kept until its answer comes."""
        key, bit = seen_bit(record)
        unknown = About(tenant=rating.tenant, intent=UNKNOWN, plan=UNKNOWN)
        if not self._may("rated"):
            return unknown
        with self._optional.trying("rated"):
            found = await self._rated(
                keys=[key, answer_key(query_id), early_key(query_id)],
                args=[bit, self._ttl_s, rating.model_dump_json(), _EARLY_TTL_S, _MOST_EARLY],
            )
            return _joined(found)
        return unknown

    async def first(self, record: RecordId) -> bool:
        """Return whether a record was not counted before, and remember it."""
        key, bit = seen_bit(record)
        before = 0
        if self._may("first"):
            with self._optional.trying("first"):
                async with self._redis.pipeline(transaction=True) as transaction:
                    transaction.setbit(key, bit, 1)
                    transaction.expire(key, self._ttl_s)
                    before, _ = await transaction.execute()
        return not before

    async def add(self, at: datetime, tally: Tally) -> None:
        """Add to the history of an hour."""
        hour = self._hour(at)
        if hour is None or not self._may("add"):
            return
        with self._optional.trying("add"):
            async with self._redis.pipeline(transaction=True) as transaction:
                for field, amount in tally.items():
                    transaction.hincrbyfloat(hour_key(hour), field, amount)
                transaction.expire(hour_key(hour), self._ttl_s)
                await transaction.execute()

    async def hours(self, first: int, last: int) -> list[Tally] | None:
        """Return the hours from `first` to `last`, both included, or None while Redis is down."""
        if not self._may("hours"):
            return None
        with self._optional.trying("hours"):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for hour in range(first, last + 1):
                    pipeline.hgetall(hour_key(hour))
                found = cast("list[dict[bytes, bytes]]", await pipeline.execute())
            return [{field.decode(): float(text) for field, text in each.items()} for each in found]
        return None

    def _may(self, operation: str) -> bool:
        """Tell whether Redis may be asked, and count what is left out."""
        if self._optional.away:
            self._optional.skipped(operation)
            return False
        return True

    def _hour(self, at: datetime) -> int | None:
        """Return the hour that an instant counts in; None when it is too long ago to be kept."""
        now = self._now()
        too_old = (now - at).total_seconds() > self._ttl_s
        return None if too_old else hour_of(min(at, now))


def _joined(found: list[bytes] | None) -> About | Unmatched:
    if found is None:
        return Unmatched.REPEATED
    if not found:
        return Unmatched.EARLY
    by_attempt = {int(found[i]): found[i + 1] for i in range(0, len(found), 2)}
    return About.model_validate_json(by_attempt[max(by_attempt)])
