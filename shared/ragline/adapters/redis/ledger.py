"""The answer ledger in Redis: the first claim of an answer wins; one worker at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.lock import Lock

from ragline.adapters.circuit.circuit import Circuit
from ragline.adapters.redis.client import translated
from ragline.adapters.redis.query_keys import query_key
from ragline.errors import RaglineError, Unavailable
from ragline.ports.answers import Attempt
from ragline.settings import ServiceSettings


def answer_key(attempt: Attempt) -> str:
    """Return the key that holds the claimed answer's bytes."""
    return _key("answer", attempt)


def lease_key(attempt: Attempt) -> str:
    """Return the key of the lease that names the worker of an answer."""
    return _key("lease", attempt)


def _key(kind: str, attempt: Attempt) -> str:
    # the number goes before the id, which may hold any character
    later = f"-{attempt.number}" if attempt.number > 1 else ""
    other = f"-{attempt.duplicate}" if attempt.duplicate is not None else ""
    return query_key(f"{kind}{later}{other}", attempt.query)


class RedisAnswerLedger:
    """Port `AnswerLedger`. A claim is kept for `ttl_s`, longer than any redelivery can take.

    `SET NX` and `GET` run in one transaction rather than as `SET NX GET`, which needs Redis 7.
    A reservation is redis-py's lock: a token that expires after `lease_s` and that only its holder
    can renew. After a failure, calls fail at once for `cooldown_s`, so a dead Redis does not cost
    every answer a time-out.
    """

    def __init__(
        self, redis: Redis, *, ttl_s: int, lease_s: float, cooldown_s: float = 1.0
    ) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._lease_s = lease_s
        self._circuit = Circuit(cooldown_s=cooldown_s, clock=time.monotonic)
        self._failure = ""

    async def claim(self, attempt: Attempt, answer: bytes) -> bytes:
        """Claim `answer` and return the winner's bytes.

        Raises:
            Unavailable: Redis is down, or was a moment ago.
            Misconfigured: Redis does not accept the command.
        """
        key = answer_key(attempt)
        with self._asking("claim of an answer"):
            async with self._redis.pipeline(transaction=True) as transaction:
                transaction.set(key, answer, nx=True, ex=self._ttl_s)
                transaction.get(key)
                _, winner = await transaction.execute()
        return _as_bytes(winner)

    async def claimed(self, attempt: Attempt) -> bytes | None:
        """Return the claimed answer, or None.

        Raises:
            Unavailable: Redis is down, or was a moment ago.
            Misconfigured: Redis does not accept the command.
        """
        with self._asking("look-up of an answer"):
            found = await self._redis.get(answer_key(attempt))
        return None if found is None else _as_bytes(found)

    async def reserve(self, attempt: Attempt) -> RedisReservation | None:
        """Reserve the work on an answer, or return None while another worker holds it.

        Raises:
            Unavailable: Redis is down, or was a moment ago.
            Misconfigured: Redis does not accept the command.
        """
        lock = self._redis.lock(
            lease_key(attempt), timeout=self._lease_s, blocking=False, thread_local=False
        )
        with self._asking("reservation of an answer"):
            return RedisReservation(lock) if await lock.acquire() else None

    @contextmanager
    def _asking(self, action: str) -> Iterator[None]:
        if self._circuit.open:
            raise Unavailable(f"not asked again yet after: {self._failure}")
        try:
            with translated(action):
                yield
        except RaglineError as error:
            self._failure = str(error)
            self._circuit.failed()
            raise
        self._circuit.succeeded()


def open_ledger(redis: Redis, settings: ServiceSettings) -> RedisAnswerLedger:
    """Open the ledger with a service's settings."""
    return RedisAnswerLedger(
        redis, ttl_s=settings.redis.answer_ttl_s, lease_s=settings.delivery.lease_s
    )


class RedisReservation:
    """Port `Reservation`."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    async def renew(self) -> None:
        """Reset its time to live.

        Raises:
            Unavailable: it has expired, or Redis is down.
        """
        with translated("renewal of a reservation"):
            await self._lock.reacquire()

    async def release(self) -> None:
        """Let others work on the answer.

        Raises:
            Unavailable: it has expired, or Redis is down.
        """
        with translated("release of a reservation"):
            await self._lock.release()


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
