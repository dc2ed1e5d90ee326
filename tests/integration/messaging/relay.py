"""What stands behind the classifier, cut short: `relay.py retriever` and `relay.py generator`.

The retriever passes on, the generator takes `WORKER_WORK_S` for each query; how many it does at
once is Kafka's `max_in_flight`, so its throughput is known.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.clock import utc_now
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import Event
from ragline.contracts.queries import CandidatesRanked, QueryClassified
from ragline.contracts.topics import ANSWERS, INTENTS, RANKED, Service, Topic
from ragline.messaging.composition import Composition, Stage
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.serve import serve
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings


async def pass_on(event: QueryClassified) -> Event:
    """Return the event as if it had been searched and ranked."""
    return event.grown(CandidatesRanked, watermark=0)


async def answer(event: CandidatesRanked) -> Event:
    """Answer after a while."""
    await asyncio.sleep(float(os.environ["WORKER_WORK_S"]))
    return QueryAnswered(
        query_id=event.query_id,
        tenant=event.tenant,
        status=AnswerStatus.ANSWERED,
        degradations=event.degradations,
        answered_at=utc_now(),
    )


def spec(service: Service, stage: Stage, inbound: Topic, *outbound: Topic) -> ServiceSpec:
    """Return what runs `stage` as `service`."""

    @asynccontextmanager
    async def compose(_settings: ServiceSettings, _metrics: Metrics) -> AsyncIterator[Composition]:
        yield Composition(stage=stage)

    return ServiceSpec(
        service=service,
        inbound=(inbound,),
        outbound=outbound,
        delivery=QueryDelivery(reserves=service is Service.GENERATOR),
        settings=ServiceSettings,
        compose=compose,
    )


if __name__ == "__main__":
    if sys.argv[1] == "retriever":
        serve(spec(Service.RETRIEVER, pass_on, INTENTS, RANKED, ANSWERS))
    else:
        serve(spec(Service.GENERATOR, answer, RANKED, ANSWERS))
