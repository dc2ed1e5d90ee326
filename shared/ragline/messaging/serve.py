"""Runs a service: wait for its dependencies, consume, drain on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from ragline.background import within
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, DEAD_LETTERS, Service
from ragline.messaging.application import Application, build
from ragline.messaging.claims import Claims
from ragline.messaging.document_handler import DocumentHandler
from ragline.messaging.flood import Floods
from ragline.messaging.handler import Handler, Surroundings
from ragline.messaging.kafka import check_topics, connect, make_producer
from ragline.messaging.observation_handler import ObservationHandler
from ragline.messaging.publisher import RecordPublisher
from ragline.messaging.query_handler import QueryHandler
from ragline.messaging.service import Composition, ServiceSpec
from ragline.messaging.service_probes import watch
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.process import once_available, run_process
from ragline.settings import ServiceSettings

log = logging.getLogger(__name__)

# for the last commit, leaving the group and closing, after the records in flight have ended
_LAST_CALL_S = 12.0
# for stopping a producer that has nothing in flight
_IDLE_STOP_S = 2.0


def serve(spec: ServiceSpec) -> None:
    """Run the service until SIGTERM or SIGINT; exit code 2 when the settings cannot work."""
    run_process(spec.service, spec.settings, partial(_consume_until, spec))


async def _consume_until(
    spec: ServiceSpec,
    settings: ServiceSettings,
    stop: asyncio.Event,
    health: Health,
    metrics: Metrics,
) -> None:
    app = build(spec, settings, metrics)
    floods = Floods(settings.delivery)
    for consumption in app.consumptions:
        consumption.halted = partial(floods.stopped, consumption.topic)
    wanted = (*spec.inbound, *spec.outbound, DEAD_LETTERS)
    async with contextlib.AsyncExitStack() as stack:
        # first, so that models load while Kafka starts, and bad settings fail without a broker
        composition: Composition = await once_available(
            health, lambda: stack.enter_async_context(spec.compose(settings, metrics))
        )
        await once_available(health, lambda: check_topics(settings.kafka, wanted))
        publisher = await stack.enter_async_context(_publisher(spec, settings, app, health))
        surroundings = Surroundings(
            service=spec.service,
            stage=composition.stage,
            publisher=publisher,
            metrics=metrics,
            floods=floods,
            clock=utc_now,
            settings=settings.delivery,
            waiting=_park(app, composition),
        )
        app.handler = _handler(spec, surroundings, composition)
        health.live["publishing"] = lambda: publisher.refused
        watch(app, composition, health, floods, settings)
        stop_s = settings.kafka.drain_timeout_s + _LAST_CALL_S
        stack.push_async_callback(_stop, app.broker.stop, stop_s)
        await once_available(health, lambda: connect(app.broker.start))
        health.waiting = None
        log.info("%s: consuming %s", spec.service, ", ".join(t.name for t in spec.inbound))
        await stop.wait()
        health.stopping = True
        log.info("%s: stopping: draining work in flight", spec.service)
    log.info("%s: stopped", spec.service)


def _handler(spec: ServiceSpec, surroundings: Surroundings, composition: Composition) -> Handler:
    if spec.service is Service.INGESTOR:
        return DocumentHandler(surroundings)
    if not spec.outbound:
        return ObservationHandler(surroundings)
    claims = Claims(
        composition.ledger,
        metrics=surroundings.metrics,
        grace_s=surroundings.settings.ledger_grace_s,
        lease_s=surroundings.settings.lease_s,
        clock=time.monotonic,
    )
    return QueryHandler(
        surroundings,
        claims=claims,
        reserves=spec.outbound == (ANSWERS,),
        admission=composition.admission,
        progress=composition.progress,
    )


def _park(app: Application, composition: Composition) -> WaitingTasks:
    """Connect consumption and admission: both share the waiting tasks and the partition share."""
    if composition.admission is None:
        waiting = WaitingTasks()
    else:
        (consumption,) = app.consumptions
        waiting = composition.admission.waiting
        composition.admission.share = lambda: consumption.share
    for each in app.consumptions:
        each.waiting = waiting
    return waiting


@contextlib.asynccontextmanager
async def _publisher(
    spec: ServiceSpec, settings: ServiceSettings, app: Application, health: Health
) -> AsyncIterator[RecordPublisher]:
    producer = make_producer(settings.kafka, client_id=f"ragline-{spec.service}-raw")
    try:
        await once_available(health, lambda: connect(producer.start))
        source = f"/ragline/{spec.service}"
        yield RecordPublisher(source=source, publishers=app.publishers, producer=producer)
    finally:
        await _stop(producer.stop, _IDLE_STOP_S)


async def _stop(stop: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Limit the time of a client's stop: it would wait forever for a broker that is down."""
    if not await within(seconds, stop()):
        log.warning("Kafka does not answer, stopping without it")
