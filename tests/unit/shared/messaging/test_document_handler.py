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
from ragline.contracts.documents import DocumentChanged, DocumentStatus, Outcome
from ragline.contracts.topics import RETRY_10S, Service, Topic
from ragline.errors import Unavailable
from ragline.messaging.document_handler import DocumentHandler
from ragline.messaging.flood import Floods
from ragline.messaging.handler import HandlerContext
from ragline.messaging.record import Record
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

    async def deliver(self, record: FakeRecord) -> None:
        settings = DeliverySettings()
        handler = DocumentHandler(
            HandlerContext(
                service=Service.INGESTOR,
                stage=self.stage,
                publisher=self.publisher,  # type: ignore[arg-type]
                metrics=Metrics(),
                floods=Floods(settings),
                clock=lambda: NOW,
                settings=settings,
                waiting=WaitingTasks(),
            )
        )

        async def pipeline(record: Any) -> None:
            await handler.handle(DocumentChanged.model_validate_json(record.value))

        await handler.deliver(record, pipeline)

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
