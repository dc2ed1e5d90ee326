"""What surrounds the ingestor's stage: whose change a record may hold, and what is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import Headers
from ragline.contracts.dead_letters import DeadLetterHeader
from ragline.contracts.documents import (
    DocumentAccessChanged,
    DocumentChanged,
    DocumentStatus,
    Outcome,
)
from ragline.contracts.topics import BY_NAME, DOCUMENT_ACCESS, RETRY_10S, Service, Topic
from ragline.errors import Unavailable
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
from ragline.messaging.failures import origin
from ragline.messaging.flood import Floods
from ragline.messaging.handler import HandlerContext
from ragline.messaging.head_start import HeadStart
from ragline.messaging.record import Record
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHANGE = DocumentChanged(tenant="acme", document_id="a/b.md", version=3, content="text")


@dataclass
class FakeRecord:
    value: bytes | None = CHANGE.to_json()
    key: bytes | None = b"acme/a/b.md"
    topic: str = "documents"
    partition: int = 0
    offset: int = 0
    timestamp: int = int(NOW.timestamp() * 1000)
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class FakePublisher:
    """Keeps what would be published."""

    published: list[tuple[str, Event]] = field(default_factory=list)
    forwarded: list[tuple[str, Record, dict[str, bytes]]] = field(default_factory=list)

    async def publish(self, topic: Topic, event: Event, **_options: Any) -> None:
        self.published.append((topic.name, event))

    async def forward(self, topic: str, record: Record, extra: Headers) -> None:
        self.forwarded.append((topic, record, dict(extra)))


async def indexed(event: Any) -> DocumentStatus:
    return DocumentStatus(
        tenant=event.tenant,
        document_id=event.document_id,
        version=event.version,
        status=Outcome.INDEXED,
        finished_at=NOW,
    )


@dataclass
class World:
    """A handler with everything around it."""

    stage: Callable[[Any], Awaitable[Any]] = indexed
    publisher: FakePublisher = field(default_factory=FakePublisher)
    head_start: HeadStart = field(default_factory=HeadStart)
    waiting: WaitingTasks = field(default_factory=WaitingTasks)

    async def deliver(self, record: FakeRecord) -> None:
        composition = Composition(stage=self._called, waiting=self.waiting)
        settings = DeliverySettings()
        context = HandlerContext(
            service=Service.INGESTOR,
            stage=self._called,
            publisher=self.publisher,  # type: ignore[arg-type]
            metrics=Metrics(),
            floods=Floods(settings),
            clock=lambda: NOW,
            settings=settings,
            waiting=self.waiting,
            head_start=self.head_start,
            solitude=Solitude(),
        )
        handler = DocumentDelivery().handler(context, composition)
        self.aside = composition.aside

        async def pipeline(record: Any) -> None:
            kind: Any = BY_NAME[origin(record)].event
            await handler.handle(kind.model_validate_json(record.value))

        await handler.deliver(record, pipeline)

    async def _called(self, event: Any) -> Any:
        return await self.stage(event)

    @property
    def status(self) -> DocumentStatus:
        """The only event published, a status."""
        ((topic, event),) = self.publisher.published
        assert topic == "document-status"
        assert isinstance(event, DocumentStatus)
        return event


@pytest.mark.parametrize("key", [b"acme/other.md", b"a/b.md", b"default/a/b.md", b"\xff", None])
async def test_a_change_under_another_documents_key_is_refused_and_told_the_right_one(
    key: bytes | None,
) -> None:
    world = World()
    record = FakeRecord(key=key)
    await world.deliver(record)

    ((topic, letter, headers),) = world.publisher.forwarded
    assert (topic, letter) == ("dead-letters", record)
    assert headers[DeadLetterHeader.CAUSE] == b"invalid_key"
    status = world.status
    assert (status.key, status.version, status.status) == ("acme/a/b.md", 3, Outcome.FAILED)
    assert status.error is not None
    assert status.error.code == "invalid_event"
    assert "'acme/a/b.md'" in status.error.message


async def test_a_retry_keeps_the_key_and_is_not_refused_for_its_topic() -> None:
    async def away(_event: Any) -> Any:
        raise Unavailable("the store is down")

    world = World(stage=away)
    await world.deliver(FakeRecord())
    ((topic, record, headers),) = world.publisher.forwarded
    assert topic == RETRY_10S.name

    again = World()
    due = int(NOW.timestamp() * 1000) - 10_000
    await again.deliver(
        FakeRecord(topic=topic, key=record.key, timestamp=due, headers=list(headers.items()))
    )
    assert again.status.status is Outcome.INDEXED


ACCESS = DocumentAccessChanged(tenant="acme", document_id="a/b.md", version=3, access=("hr",))
RECORDED = ACCESS.model_copy(update={"recorded": True})


async def test_what_the_stage_records_is_stored_before_the_status() -> None:
    world = World()

    async def recording(event: Any) -> DocumentStatus:
        await world.aside(RECORDED)
        return await indexed(event)

    world.stage = recording
    await world.deliver(FakeRecord())
    assert [topic for topic, _ in world.publisher.published] == [
        "document-access",
        "document-status",
    ]


@pytest.mark.parametrize(("event", "statuses"), [(ACCESS, 1), (RECORDED, 0)])
async def test_what_the_ingestor_recorded_itself_has_no_status(
    event: DocumentAccessChanged, statuses: int
) -> None:
    world = World()
    await world.deliver(FakeRecord(value=event.to_json(), topic=DOCUMENT_ACCESS.name))
    assert len(world.publisher.published) == statuses


async def test_a_statement_that_others_wait_for_is_not_put_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ragline.messaging.document_handler._PAUSE_S", 0.001)
    failures = iter([Unavailable("down"), Unavailable("down")])

    async def down_at_first(event: Any) -> DocumentStatus:
        if (error := next(failures, None)) is not None:
            raise error
        return await indexed(event)

    world = World(stage=down_at_first, head_start=HeadStart(DOCUMENT_ACCESS))
    await world.deliver(FakeRecord(value=ACCESS.to_json(), topic=DOCUMENT_ACCESS.name))
    assert world.status.status is Outcome.INDEXED
    assert world.publisher.forwarded == []


async def test_it_is_put_aside_when_nobody_waits_or_after_a_long_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(_event: Any) -> Any:
        raise Unavailable("the store is down")

    record = FakeRecord(value=ACCESS.to_json(), topic=DOCUMENT_ACCESS.name)
    over = World(stage=away)
    await over.deliver(record)
    monkeypatch.setattr("ragline.messaging.document_handler._IN_PLACE_S", -1.0)
    late = World(stage=away, head_start=HeadStart(DOCUMENT_ACCESS))
    await late.deliver(record)
    for world in (over, late):
        ((topic, _, _),) = world.publisher.forwarded
        assert topic == RETRY_10S.name
