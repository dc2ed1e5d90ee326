"""A service's FastStream application: subscribers and publishers from its spec.

Building it does no I/O, so the AsyncAPI document is generated from the applications that run.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from faststream import FastStream
from faststream.kafka import KafkaBroker
from faststream.specification import AsyncAPI

from ragline.contracts.dead_letters import DeadLetterStored
from ragline.contracts.documents import DocumentAccessChanged, DocumentChanged
from ragline.contracts.topics import (
    BY_NAME,
    DEAD_LETTERS,
    DOCUMENTS,
    RETRIES,
    Service,
    Topic,
    consumer_group,
)
from ragline.messaging.failures import origin
from ragline.messaging.handler import Handler
from ragline.messaging.kafka_broker import make_broker
from ragline.messaging.ordered import Consumption, Process, subscribe
from ragline.messaging.record import Record
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings


@dataclass(kw_only=True)
class Application:
    """The FastStream app and its parts; `handler` is set once the stage is composed."""

    stream: FastStream
    broker: KafkaBroker
    consumptions: list[Consumption]
    publishers: dict[str, Any]
    handler: Handler | None = None

    async def deliver(self, record: Record, process: Process) -> None:
        """Hand a record to the handler."""
        await self._composed().deliver(record, process)

    async def handle(self, event: Any) -> None:
        """Hand an event to the handler."""
        await self._composed().handle(event)

    def _composed(self) -> Handler:
        if self.handler is None:
            raise RuntimeError("the application was started before its stage was composed")
        return self.handler


def build(spec: ServiceSpec, settings: ServiceSettings, metrics: Metrics) -> Application:
    """Build the application of `spec` without connecting to anything."""
    name = f"ragline-{spec.service}"
    broker = make_broker(settings.kafka, client_id=name)
    app = Application(
        stream=FastStream(
            broker, specification=AsyncAPI(title=name, version="1", description=spec.title)
        ),
        broker=broker,
        consumptions=[],
        publishers={
            topic.name: broker.publisher(
                topic.name,
                schema=topic.event,
                title=f"{spec.service}.sends.{topic.name}",
                description=_describe(topic),
            )
            for topic in spec.outbound
        },
    )
    for topic in _inbound(spec):
        app.consumptions.append(_consume(app, spec, settings, metrics, topic))
    return app


def _inbound(spec: ServiceSpec) -> tuple[Topic, ...]:
    """Return the inbound topics, plus the retry topics if documents are consumed."""
    return (*spec.inbound, *RETRIES) if DOCUMENTS in spec.inbound else spec.inbound


def _consume(
    app: Application,
    spec: ServiceSpec,
    settings: ServiceSettings,
    metrics: Metrics,
    topic: Topic,
) -> Consumption:
    state = Consumption(
        topic=topic.name,
        settings=settings.kafka,
        metrics=metrics,
        deliver=app.deliver,
        by_key=spec.service is Service.INGESTOR,
    )
    subscriber = subscribe(
        app.broker,
        group=consumer_group(spec.service, topic),
        state=state,
        decoder=_decode,
        title=f"{spec.service}.receives.{topic.name}",
        description=_describe(topic),
    )
    subscriber(_handler(app, topic))
    return state


def _handler(app: Application, topic: Topic) -> Callable[..., Awaitable[None]]:
    async def handle(event: Any) -> None:
        await app.handle(event)

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


async def _decode(message: Any) -> Any:
    """Parse the value straight into its event: one pass, no intermediate dictionaries."""
    topic = origin(message.raw_message)
    event = BY_NAME[topic].event
    if event is None:
        raise LookupError(f"topic {topic} carries no events")
    return event.model_validate_json(message.body)
