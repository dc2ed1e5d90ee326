"""Runs a service: wait for its dependencies, consume, drain on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterable
from functools import partial
from typing import Any

from faststream.kafka import KafkaBroker

from ragline.background import beside, repeating, within
from ragline.clock import utc_now
from ragline.contracts.topics import DEAD_LETTERS, consumer_group
from ragline.messaging.application import add_publishers, add_subscribers
from ragline.messaging.composition import Composition
from ragline.messaging.flood import Floods
from ragline.messaging.handler import HandlerContext
from ragline.messaging.head_start import HeadStart, watch_head_start
from ragline.messaging.index_follower import open_follower
from ragline.messaging.kafka_broker import make_broker, start_broker
from ragline.messaging.kafka_clients import ClientProfile, check_topics, open_producer
from ragline.messaging.log_ahead import LogAhead
from ragline.messaging.ordered import OrderedCommitSubscriber
from ragline.messaging.outage import Outage
from ragline.messaging.publisher import RecordPublisher
from ragline.messaging.recess import Recess
from ragline.messaging.service import ServiceSpec
from ragline.messaging.service_probes import watch
from ragline.messaging.solitude import Solitude
from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import open_tracer
from ragline.process import once_available, run_process
from ragline.settings import ServiceSettings

log = logging.getLogger(__name__)

# for the last commit, leaving the group and closing, after the records in flight have ended
_LAST_CALL_S = 12.0
# for stopping a producer that has nothing in flight
_IDLE_STOP_S = 2.0
# how often to look whether a topic has stopped, or a dependency is back
_LOOK_EVERY_S = 1.0
_PROBE_EVERY_S = 1.0
# an operator's command: topics that have stopped try one record at once
_TRY_AGAIN = signal.SIGUSR1


def serve(spec: ServiceSpec) -> None:
    """Run the service until SIGTERM or SIGINT; exit code 2 when the settings cannot work."""
    run_process(spec.service, spec.settings, partial(_consume_until, spec), preload=spec.preload)


async def _consume_until(
    spec: ServiceSpec,
    settings: ServiceSettings,
    stop: asyncio.Event,
    health: Health,
    metrics: Metrics,
) -> None:
    broker = make_broker(settings.kafka, client_id=f"ragline-{spec.service}")
    publishers = add_publishers(broker, spec)
    floods = Floods(settings.delivery)
    floods.lanes.on_change = partial(metrics.set, "ragline_publishers_limited")
    solitude = Solitude()
    wanted = (*spec.inbound, *spec.outbound, DEAD_LETTERS)
    async with contextlib.AsyncExitStack() as stack:
        tracer = stack.enter_context(
            open_tracer(settings.traces, service=f"ragline-{spec.service}")
        )
        known: dict[str, Any] = {}
        if spec.follows_indexes:  # which model is loaded depends on them
            known["indexes"] = await once_available(
                health, lambda: stack.enter_async_context(open_follower(settings.kafka))
            )
        # first, so that models load while Kafka starts, and bad settings fail without a broker
        composition: Composition = await once_available(
            health, lambda: stack.enter_async_context(spec.compose(settings, metrics, **known))
        )
        await once_available(health, lambda: check_topics(settings.kafka, wanted))
        raw = ClientProfile(client_id=f"ragline-{spec.service}-raw", stop_within_s=_IDLE_STOP_S)
        producer = await once_available(
            health,
            lambda: stack.enter_async_context(open_producer(settings.kafka, raw, unlimited=True)),
        )
        publisher = RecordPublisher(
            source=f"/ragline/{spec.service}", publishers=publishers, producer=producer
        )
        outage = Outage(
            composition.vital, metrics=metrics, waiting=composition.waiting, clock=utc_now
        )
        head_start = HeadStart(spec.delivery.first)
        log_ahead = await stack.enter_async_context(LogAhead(settings.kafka))
        context = HandlerContext(
            service=spec.service,
            stage=composition.stage,
            publisher=publisher,
            metrics=metrics,
            floods=floods,
            clock=utc_now,
            settings=settings.delivery,
            waiting=composition.waiting,
            outage=outage,
            head_start=head_start,
            log_ahead=log_ahead,
            solitude=solitude,
            index=composition.index,
            tells=composition.tells,
            tracer=tracer,
        )
        add_subscribers(
            broker,
            spec,
            spec.delivery.handler(context, composition),
            settings=settings.kafka,
            metrics=metrics,
            floods=floods,
            outage=outage,
            waiting=composition.waiting,
            assignment=composition.assignment,
            head_start=head_start,
            solitude=solitude,
            index=composition.index,
        )
        health.live["publishing"] = lambda: publisher.refused
        watch(broker, composition, health, floods, outage, settings)
        stop_s = settings.kafka.drain_timeout_s + _LAST_CALL_S
        stack.push_async_callback(_stop, broker, stop_s)
        if first := head_start.topic:
            health.degraded["head start"] = head_start.problem
            group = consumer_group(spec.service, first, index=composition.index)
            await stack.enter_async_context(
                beside(watch_head_start(head_start, settings.kafka, group))
            )
        await once_available(health, lambda: start_broker(broker))
        await stack.enter_async_context(repeating(outage.probe, every_s=_PROBE_EVERY_S))
        recesses = [
            Recess(each.state.topic, each, floods.guard(each.state.topic), metrics)
            for each in broker.subscribers
            if isinstance(each, OrderedCommitSubscriber)
        ]
        for recess in recesses:
            await stack.enter_async_context(repeating(recess.take, every_s=_LOOK_EVERY_S))
        asyncio.get_running_loop().add_signal_handler(_TRY_AGAIN, _end_all, recesses)
        health.waiting = None
        log.info("%s: consuming %s", spec.service, ", ".join(t.name for t in spec.inbound))
        await _until_told(stop, composition)
        health.stopping = True
        log.info("%s: stopping: draining work in flight", spec.service)
    log.info("%s: stopped", spec.service)


async def _until_told(stop: asyncio.Event, composition: Composition) -> None:
    """Wait for the stop, or until there is nothing to do any more."""
    while not await within(_LOOK_EVERY_S, stop.wait()):
        if reason := composition.gone():
            log.info("nothing to do any more: %s", reason)
            return


def _end_all(recesses: Iterable[Recess]) -> None:
    log.info("asked to try stopped topics again")
    for recess in recesses:
        recess.end()


async def _stop(broker: KafkaBroker, seconds: float) -> None:
    """Limit the time of the broker's stop: it would wait forever for a Kafka that is down."""
    if not await within(seconds, broker.stop()):
        log.warning("Kafka does not answer, stopping without it")
