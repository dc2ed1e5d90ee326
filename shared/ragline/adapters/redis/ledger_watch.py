"""Watches the ledger's Redis, so that an outage is seen, and its end, also while nobody asks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from ragline.adapters.redis.client import translated
from ragline.background import repeating
from ragline.errors import RaglineError
from ragline.observability.metrics import Metrics

log = logging.getLogger(__name__)

PROBE_KEY = "ragline:ledger-probe"
_PROBE_TTL_S = 60
_EVERY_S = 5.0


class LedgerWatch:
    """Writes to the ledger's Redis as a claim does, and keeps what is wrong with it.

    A ping would not tell of a Redis that is full, read-only or refuses the command.

    Args:
        redis: the client that the ledger uses.
        metrics: `ragline_ledger_up`, and the failures by their code.
    """

    def __init__(self, redis: Redis, *, metrics: Metrics) -> None:
        self._redis = redis
        self._metrics = metrics
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """Return what was wrong at the last look, or None."""
        return self._trouble

    async def look(self) -> None:
        """Write once."""
        try:
            with translated("the answer ledger"):
                await self._redis.set(PROBE_KEY, b"", ex=_PROBE_TTL_S)
        except RaglineError as error:
            if self._trouble is None:
                log.warning("answers wait, then go out unclaimed: %s", error)
            self._trouble = str(error)
            self._metrics.count("ragline_ledger_failures_total", code=error.code)
        else:
            if self._trouble is not None:
                log.info("the answer ledger is back")
            self._trouble = None
        self._metrics.set("ragline_ledger_up", float(self._trouble is None))


@asynccontextmanager
async def watching_ledger(redis: Redis, metrics: Metrics) -> AsyncIterator[LedgerWatch]:
    """Look at the ledger's Redis every few seconds while the block runs."""
    watch = LedgerWatch(redis, metrics=metrics)
    async with repeating(watch.look, every_s=_EVERY_S):
        yield watch
