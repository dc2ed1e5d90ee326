"""A stage in a process of its own, for tests that kill it: answers each query with its own text.

With `RAGLINE_REDIS__URL` set it claims its answers, counts there how often it worked on each query,
and each answer is different from any other, as a language model's would be.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.clock import utc_now
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import ANSWERS, QUERIES, Service
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.serve import serve
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings

WORK_S = float(os.environ.get("WORKER_WORK_S", "0.005"))


async def echo(event: QuerySubmitted) -> QueryAnswered:
    """Answer after a moment of work; the text can ask for trouble."""
    await asyncio.sleep(WORK_S * random.uniform(0.5, 2.0))
    if event.text == "permanent":
        raise Misconfigured("asked to fail")
    if event.text == "transient":
        raise Unavailable("asked to be down")
    if event.text == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if event.text == "bug":
        raise KeyError("asked for a bug")
    answer = QueryAnswered(
        query_id=event.query_id,
        tenant=event.tenant,
        status=AnswerStatus.ANSWERED,
        text=event.text,
        answered_at=utc_now(),
    )
    if event.text == "oversize":  # past the contract's bounds, which hold no answer so long
        return answer.model_copy(update={"text": "x" * 9_000_000})
    return answer


@asynccontextmanager
async def compose(settings: ServiceSettings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Compose the echo stage; nothing stands behind it but a ledger where there is Redis."""
    if not {"RAGLINE_REDIS__URL", "RAGLINE_REDIS__URL_FILE"} & set(os.environ):
        yield Composition(stage=echo)
        return
    async with open_redis(settings.redis) as redis, watching_ledger(redis, metrics) as watch:
        yield Composition(
            stage=Unrepeatable(redis),
            ledger=open_ledger(redis, settings),
            degraded={"ledger": watch.trouble},
        )


class Unrepeatable:
    """Takes its time, and never says the same twice."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def __call__(self, event: QuerySubmitted) -> QueryAnswered:
        """Answer with the process and the instant."""
        await self._redis.incr(f"worked:{event.query_id}")
        await asyncio.sleep(float(os.environ.get("WORKER_SLOW_S", "0")))
        return QueryAnswered(
            query_id=event.query_id,
            tenant=event.tenant,
            status=AnswerStatus.ANSWERED,
            text=f"{os.getpid()} at {utc_now()}",
            answered_at=utc_now(),
        )


SPEC = ServiceSpec(
    service=Service.CLASSIFIER,
    inbound=(QUERIES,),
    outbound=(ANSWERS,),
    delivery=QueryDelivery(reserves=True),
    settings=ServiceSettings,
    compose=compose,
)

if __name__ == "__main__":
    serve(SPEC)
