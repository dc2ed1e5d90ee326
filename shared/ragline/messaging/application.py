"""A service's side of FastStream: publishers and subscribers from its spec.

Adding them does no I/O, so the AsyncAPI document is generated from the same ones that run.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from faststream.kafka import KafkaBroker

from ragline.clock import utc_now
from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import DEAD_LETTERS, Topic, consumer_group
from ragline.messaging.assignment import Assignment
from ragline.messaging.consumption import Consumption
from ragline.messaging.failures import publisher_of
from ragline.messaging.flood import Floods
from ragline.messaging.gate import Gate
from ragline.messaging.head_start import HeadStart
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.ordered import subscribe
from ragline.messaging.outage import Outage
from ragline.messaging.parsing import decode_event, parse_record
from ragline.messaging.record import Process, Record
from ragline.messaging.service import ServiceSpec
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import KafkaSettings


class RecordHandler(Protocol):
    """Handles the records of the subscribers."""

    async def deliver(self, record: Record, process: Process) -> None:
        """Run FastStream's pipeline on a record, and store its outcome."""
        ...

    async def handle(self, event: Any) -> None:
        """Handle the event that FastStream's pipeline parsed from the record."""
        ...


def add_publishers(broker: KafkaBroker, spec: ServiceSpec) -> dict[str, Any]:
    """Add a publisher for each outbound topic, and return them by topic name."""
    return {
        topic.name: broker.publisher(
            topic.name,
            schema=topic.event,
            title=f"{spec.service}.sends.{topic.name}",
            description=_describe(topic),
        )
        for topic in spec.outbound
    }


def add_subscribers(
    broker: KafkaBroker,
    spec: ServiceSpec,
    handler: RecordHandler,
    *,
    settings: KafkaSettings,
    metrics: Metrics,
    floods: Floods,
    outage: Outage,
    waiting: WaitingTasks,
    assignment: Assignment,
    head_start: HeadStart,
    solitude: Solitude,
    index: str = BASE_INDEX,
) -> None:
    """Add a subscriber for each topic that the service consumes; the broker starts them.

    Args:
        broker: gets the subscribers.
        spec: names the topics and their delivery.
        handler: handles the records.
        settings: the consumers' settings.
        metrics: counts rebalances, commit failures and records in flight.
        floods: stop topics, and limit publishers to lanes.
        outage: while a dependency is away, no more records are taken.
        waiting: the tasks that wait and have done no work yet; the handler adds to it.
        assignment: updated when partitions are assigned.
        head_start: the topics but one are not read before it is over.
        solitude: lets a record run alone; the handler's.
        index: the one that the service writes to; each has groups of its own.
    """
    for topic in (*spec.inbound, *spec.delivery.retries):
        subscriber = subscribe(
            broker,
            group=consumer_group(spec.service, topic, index=index),
            state=Consumption(
                topic=topic.name,
                settings=settings,
                metrics=metrics,
                deliver=handler.deliver,
                by_key=spec.delivery.by_key,
                gate=Gate(floods.guard(topic.name), outage.over),
                lane=partial(_lane, floods) if spec.delivery.by_key else _no_lane,
                waiting=waiting,
                assignment=assignment,
                head_start=HeadStart() if topic == head_start.topic else head_start,
                solitude=solitude,
            ),
            parser=parse_record,
            decoder=decode_event,
            title=f"{spec.service}.receives.{topic.name}",
            description=_describe(topic),
        )
        subscriber(_receiver(handler, topic))


def described(spec: ServiceSpec) -> KafkaBroker:
    """Return the service's broker without a stage: for the AsyncAPI document, never started."""
    settings = spec.settings.model_construct()
    broker = make_broker(settings.kafka, client_id=f"ragline-{spec.service}")
    add_publishers(broker, spec)
    add_subscribers(
        broker,
        spec,
        _Nobody(),
        settings=settings.kafka,
        metrics=Metrics(),
        floods=Floods(settings.delivery),
        outage=Outage({}, metrics=Metrics(), waiting=WaitingTasks(), clock=utc_now),
        waiting=WaitingTasks(),
        assignment=Assignment(),
        head_start=HeadStart(),
        solitude=Solitude(),
    )
    return broker


def _lane(floods: Floods, record: Record) -> asyncio.Lock | None:
    return floods.lanes.of(publisher_of(record, None))


def _no_lane(_record: Record) -> None:
    return None


class _Nobody:
    """A handler that never gets a record."""

    async def deliver(self, record: Record, process: Process) -> None:
        raise NotImplementedError

    async def handle(self, event: Any) -> None:
        raise NotImplementedError


def _receiver(handler: RecordHandler, topic: Topic) -> Callable[..., Awaitable[None]]:
    async def handle(event: Any) -> None:
        await handler.handle(event)

    # FastStream takes the event type, for validation and AsyncAPI, from the annotation
    handle.__annotations__ = {"event": _event_type(topic), "return": None}
    handle.__name__ = f"handle_{topic.name.replace('-', '_').replace('.', '_')}"
    return handle


def _describe(topic: Topic) -> str:
    if topic == DEAD_LETTERS:
        return "Records that could not be processed, byte for byte, with their cause in headers."
    return inspect.getdoc(topic.event) or "" if topic.event else "Records that are tried again."


def _event_type(topic: Topic) -> Any:
    if topic == DEAD_LETTERS:
        return DeadLetterStored
    return topic.event or DocumentChanged | DocumentAccessChanged
