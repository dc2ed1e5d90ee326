"""Run a service: wait for what it needs, consume, drain on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, DEAD_LETTERS, Service
from ragline.errors import PermanentError, TransientError
from ragline.messaging.application import Application, build
from ragline.messaging.claims import Claims
from ragline.messaging.document_handling import DocumentHandler
from ragline.messaging.flood import FloodGuard
from ragline.messaging.handling import Handler, Surroundings
from ragline.messaging.kafka import check_topics, connect, make_producer
from ragline.messaging.outbox import Outbox
from ragline.messaging.parking import Parking
from ragline.messaging.query_handling import QueryHandler
from ragline.messaging.service import Composition, ServiceSpec
from ragline.messaging.watch import watch
from ragline.observability.health import Health
from ragline.observability.logs import configure_logging
from ragline.observability.metrics import Metrics
from ragline.observability.probes import serve_probes
from ragline.settings import ServiceSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

# for the last commit, for leaving the group and for closing, after what is in flight has ended
_LAST_CALL_S = 12.0
# for a producer that has nothing under way
_IDLE_STOP_S = 2.0


def serve(spec: ServiceSpec) -> None:
    """Run the service until SIGTERM or SIGINT; exit code 2 when the settings cannot work."""
    try:
        settings = spec.settings()
    except ValidationError as error:
        places = "\n".join(f"  {_env_name(e['loc'])}: {e['msg']}" for e in error.errors())
        sys.exit(f"ragline-{spec.service}: these settings cannot be used:\n{places}")
    configure_logging(settings.log, service=f"ragline-{spec.service}")
    try:
        asyncio.run(run_service(spec, settings))
    except PermanentError as error:
        log.critical("cannot run: %s", error)
        sys.exit(2)


def _env_name(location: tuple[int | str, ...]) -> str:
    return "RAGLINE_" + "__".join(str(part).upper() for part in location)


async def run_service(spec: ServiceSpec, settings: ServiceSettings) -> None:
    """Run the service until a signal arrives.

    Raises:
        PermanentError: it cannot work with these settings.
    """
    stop = _stop_on_signals()
    health, metrics = Health(), Metrics()
    async with serve_probes(settings.http, health, metrics) as port:
        log.info("%s: probes on port %d", spec.service, port)
        consuming = asyncio.create_task(_consume_until(stop, spec, settings, health, metrics))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([consuming, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if health.waiting is not None:
            consuming.cancel()  # asked to stop while it still waits for a dependency
        with contextlib.suppress(asyncio.CancelledError):
            await consuming


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _consume_until(
    stop: asyncio.Event,
    spec: ServiceSpec,
    settings: ServiceSettings,
    health: Health,
    metrics: Metrics,
) -> None:
    app = build(spec, settings, metrics)
    flood = FloodGuard(settings.delivery)
    for consumption in app.consumptions:
        consumption.halted = lambda: flood.reason is not None
    wanted = (*spec.inbound, *spec.outbound, DEAD_LETTERS)
    async with contextlib.AsyncExitStack() as stack:
        # first, because models load while Kafka starts, and bad settings show without a broker
        composition: Composition = await _once_available(
            health, lambda: stack.enter_async_context(spec.compose(settings, metrics))
        )
        await _once_available(health, lambda: check_topics(settings.kafka, wanted))
        outbox = await stack.enter_async_context(_outbox(spec, settings, app, health))
        surroundings = Surroundings(
            service=spec.service,
            stage=composition.stage,
            outbox=outbox,
            metrics=metrics,
            flood=flood,
            clock=utc_now,
            settings=settings.delivery,
            parking=_park(app, composition),
        )
        app.handler = _handler(spec, surroundings, composition)
        health.live["publishing"] = lambda: outbox.refused
        watch(app, composition, health, flood, settings)
        stop_s = settings.kafka.drain_timeout_s + _LAST_CALL_S
        stack.push_async_callback(_at_most, app.broker.stop, stop_s)
        await _once_available(health, lambda: connect(app.broker.start))
        health.waiting = None
        log.info("%s: consuming %s", spec.service, ", ".join(t.name for t in spec.inbound))
        await stop.wait()
        health.stopping = True
        log.info("%s: stopping: draining work in flight", spec.service)
    log.info("%s: stopped", spec.service)


async def _once_available(health: Health, call: Callable[[], Awaitable[T]]) -> T:
    """Call until no dependency is down any more, and say what is waited for."""

    def note(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        health.waiting = f"waiting: {error}"
        log.warning("%s", health.waiting)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_exponential(multiplier=0.5, max=5),
        before_sleep=note,
        reraise=True,
    )

    async def attempt() -> T:
        return await call()

    return await retrying(attempt)


def _handler(spec: ServiceSpec, surroundings: Surroundings, composition: Composition) -> Handler:
    if spec.service is Service.INGESTOR:
        return DocumentHandler(surroundings)
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
    )


def _park(app: Application, composition: Composition) -> Parking:
    """Let consumption know which records only wait, and the door which part of them is ours."""
    if composition.admission is None:
        parking = Parking()
    else:
        (consumption,) = app.consumptions
        parking = composition.admission.parking
        composition.admission.share = lambda: consumption.share
    for each in app.consumptions:
        each.parking = parking
    return parking


@contextlib.asynccontextmanager
async def _outbox(
    spec: ServiceSpec, settings: ServiceSettings, app: Application, health: Health
) -> AsyncIterator[Outbox]:
    producer = make_producer(settings.kafka, client_id=f"ragline-{spec.service}-raw")
    try:
        await _once_available(health, lambda: connect(producer.start))
        source = f"/ragline/{spec.service}"
        yield Outbox(source=source, publishers=app.publishers, producer=producer)
    finally:
        await _at_most(producer.stop, _IDLE_STOP_S)


async def _at_most(stop: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Bound a client's stop: it would wait for ever for a broker that is away."""
    try:
        async with asyncio.timeout(seconds):
            await stop()
    except TimeoutError:
        log.warning("Kafka does not answer, stopping without it")
