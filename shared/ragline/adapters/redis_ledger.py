"""The answer ledger in Redis: the first claim of a query's answer wins."""

from __future__ import annotations

import time

from redis.asyncio import Redis

from ragline.adapters.circuit import Circuit
from ragline.adapters.redis_client import translated
from ragline.errors import RaglineError, Unavailable


def answer_key(query_id: str) -> str:
    """Return the key that holds the claimed answer's bytes."""
    return f"ragline:answer:{query_id}"


class RedisAnswerLedger:
    """Port `AnswerLedger`. A claim is kept for `ttl_s`, beyond any redelivery.

    `SET NX` and `GET` run in one transaction rather than as `SET NX GET`, which needs Redis 7.
    After a failure calls fail at once for `cooldown_s`, so a dead Redis does not cost every
    answer a time-out.
    """

    def __init__(self, redis: Redis, *, ttl_s: int, cooldown_s: float = 1.0) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=time.monotonic)

    async def claim(self, query_id: str, answer: bytes) -> bytes:
        """Claim `answer` and return the winner's bytes.

        Raises:
            Unavailable: Redis is down, or was a moment ago.
            Misconfigured: Redis refuses the credentials.
        """
        self._refuse_while_open()
        key = answer_key(query_id)
        try:
            with translated("claim of an answer"):
                async with self._redis.pipeline(transaction=True) as transaction:
                    transaction.set(key, answer, nx=True, ex=self._ttl_s)
                    transaction.get(key)
                    _, winner = await transaction.execute()
        except RaglineError:
            self._circuit.failed()
            raise
        self._circuit.succeeded()
        return _as_bytes(winner)

    async def claimed(self, query_id: str) -> bytes | None:
        """Return the claimed answer, or None.

        Raises:
            Unavailable: Redis is down, or was a moment ago.
            Misconfigured: Redis refuses the credentials.
        """
        self._refuse_while_open()
        try:
            with translated("look-up of an answer"):
                found = await self._redis.get(answer_key(query_id))
        except RaglineError:
            self._circuit.failed()
            raise
        self._circuit.succeeded()
        return None if found is None else _as_bytes(found)

    def _refuse_while_open(self) -> None:
        if self._circuit.open:
            raise Unavailable("the answer ledger failed a moment ago; Redis is not asked again yet")


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
