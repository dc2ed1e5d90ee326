"""The monitor's memory in Redis: counted records, facts about answers, hourly history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from ragline.adapters.redis.optional import OptionalRedis
from ragline.clock import Clock, utc_now
from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline_monitor.history import hour_of
from ragline_monitor.labels import UNKNOWN
from ragline_monitor.ports import About, RatingOfAnswer, RecordId, Tally, Unmatched
from ragline_monitor.redis_keys import answer_key, early_key, hour_key, seen_bit

# Feedback arrives before its answer only if the monitor lags on both topics
_EARLY_TTL_S = 86_400
_MOST_EARLY = 100

# Store the answer and add to its hour atomically, so that a crash neither loses nor doubles it.
# Returns the ratings that arrived before it.
_ANSWERED = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return false end
redis.call('EXPIRE', KEYS[1], ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HINCRBYFLOAT', KEYS[3], ARGV[i], ARGV[i + 1]) end
if #ARGV > 3 then redis.call('EXPIRE', KEYS[3], ARGV[3]) end
local early = redis.call('LRANGE', KEYS[2], 0, -1)
redis.call('DEL', KEYS[2])
return early
"""

# Look up the answer and queue the rating atomically, or the answer could arrive in between
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
    """Implements `Memory`, and reads the history that it keeps.

    Args:
        redis: the client; not called for a while after a failure.
        ttl_s: how long answers, counted records and hours are remembered.
        now: the current instant.
    """

    def __init__(self, redis: OptionalRedis, *, ttl_s: int, now: Clock = utc_now) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._now = now
        self._answered = redis.client.register_script(_ANSWERED)
        self._rated = redis.client.register_script(_RATED)

    @property
    def away(self) -> bool:
        """Whether Redis failed a moment ago."""
        return self._redis.away

    async def answered(
        self, attempt: Attempt, about: About, *, at: datetime, tally: Tally
    ) -> Sequence[RatingOfAnswer] | None:
        """Store an answer and add `tally` to its hour; return None if it was counted before."""
        query, hour = attempt.query, self._hour(at)
        added = [each for pair in tally.items() for each in pair] if hour is not None else []
        found: list[bytes] | None = []
        if self._redis.may("answered"):
            with self._redis.trying("answered"):
                found = await self._answered(
                    keys=[
                        answer_key(query, attempt.duplicate),
                        early_key(query),
                        hour_key(hour or 0),
                    ],
                    args=[attempt.number, about.model_dump_json(), self._ttl_s, *added],
                )
        return (
            None if found is None else [RatingOfAnswer.model_validate_json(each) for each in found]
        )

    async def rated(
        self, record: RecordId, query: QueryRef, rating: RatingOfAnswer
    ) -> About | Unmatched:
        """Return the rated answer; a rating that arrives first is kept until its answer comes."""
        key, bit = seen_bit(record)
        unknown = About(tenant=rating.tenant, intent=UNKNOWN, plan=UNKNOWN)
        if not self._redis.may("rated"):
            return unknown
        with self._redis.trying("rated"):
            found = await self._rated(
                keys=[key, answer_key(query), early_key(query)],
                args=[bit, self._ttl_s, rating.model_dump_json(), _EARLY_TTL_S, _MOST_EARLY],
            )
            return _joined(found)
        return unknown

    async def first(self, record: RecordId) -> bool:
        """Return whether a record was not counted before, and remember it."""
        key, bit = seen_bit(record)
        before = 0
        if self._redis.may("first"):
            with self._redis.trying("first"):
                async with self._redis.client.pipeline(transaction=True) as transaction:
                    transaction.setbit(key, bit, 1)
                    transaction.expire(key, self._ttl_s)
                    before, _ = await transaction.execute()
        return not before

    async def add(self, at: datetime, tally: Tally) -> None:
        """Add to the history of an hour."""
        hour = self._hour(at)
        if hour is None or not self._redis.may("add"):
            return
        with self._redis.trying("add"):
            async with self._redis.client.pipeline(transaction=True) as transaction:
                for field, amount in tally.items():
                    transaction.hincrbyfloat(hour_key(hour), field, amount)
                transaction.expire(hour_key(hour), self._ttl_s)
                await transaction.execute()

    async def hours(self, first: int, last: int) -> list[Tally] | None:
        """Return the hours from `first` to `last`, both included, or None while Redis is down."""
        if not self._redis.may("hours"):
            return None
        with self._redis.trying("hours"):
            async with self._redis.client.pipeline(transaction=False) as pipeline:
                for hour in range(first, last + 1):
                    pipeline.hgetall(hour_key(hour))
                found = cast("list[dict[bytes, bytes]]", await pipeline.execute())
            return [{field.decode(): float(text) for field, text in each.items()} for each in found]
        return None

    def _hour(self, at: datetime) -> int | None:
        """Return the hour of an instant, or None if it is too old to be kept."""
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
