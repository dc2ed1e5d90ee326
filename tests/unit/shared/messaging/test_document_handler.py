"""What surrounds the ingestor's stage: whose change a record may hold, and what is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import TopicPartition

from ragline.contracts.base import Event
from ragline.contracts.cloudevents import INDEX, Headers
from ragline.contracts.dead_letters import Cause, DeadLetterHeader
from ragline.contracts.documents import (
    DocumentAccessChanged,
    DocumentChanged,
    DocumentStatus,
    DocumentTombstone,
    Outcome,
)
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import BY_NAME, DOCUMENT_ACCESS, RETRY_10S, Service, Topic
from ragline.errors import InvalidEvent, Unavailable
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
from ragline.messaging.flood import Floods
from ragline.messaging.handler import HandlerContext
from ragline.messaging.head_start import HeadStart
from ragline.messaging.record import Record
from ragline.messaging.retry_topics import RetryHeader, origin
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
class FakeLog:
    """Keys that have a record behind the one that is asked about."""

    keys: set[bytes] = field(default_factory=set)
    asked: list[tuple[TopicPartition, int]] = field(default_factory=list)

    async def continues(self, partition: TopicPartition, offset: int, key: bytes) -> bool:
        self.asked.append((partition, offset))
        return key in self.keys


@dataclass
class World:
    """A handler with everything around it."""

    stage: Callable[[Any], Awaitable[Any]] = indexed
    publisher: FakePublisher = field(default_factory=FakePublisher)
    head_start: HeadStart = field(default_factory=HeadStart)
    later: FakeLog = field(default_factory=FakeLog)
    waiting: WaitingTasks = field(default_factory=WaitingTasks)
    index: str = BASE_INDEX
    tells: bool = True

    async def deliver(self, *records: FakeRecord) -> None:
        """Deliver records to one handler, one after the other."""
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
            log_ahead=self.later,  # type: ignore[arg-type]
            solitude=Solitude(),
            index=self.index,
            tells=lambda _appended_ms: self.tells,
        )
        handler = DocumentDelivery().handler(context, composition)
        self.aside = composition.aside

        async def pipeline(record: Any) -> None:
            kind: Any = BY_NAME[origin(record)].event
            await handler.handle(kind.model_validate_json(record.value))

        for record in records:
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


TOMBSTONE = FakeRecord(value=None, partition=2, offset=128)


async def deleted(event: DocumentTombstone) -> DocumentStatus:
    version = event.version if event.version is not None else event.published
    change = CHANGE.model_copy(update={"version": version})
    return (await indexed(change)).model_copy(update={"status": Outcome.DELETED})


async def test_a_null_value_deletes_the_document_under_its_key() -> None:
    world = World(stage=deleted)
    await world.deliver(TOMBSTONE)
    assert (world.status.key, world.status.status) == ("acme/a/b.md", Outcome.DELETED)
    assert world.later.asked == [(TopicPartition("documents", 2), 128)]
    assert world.publisher.forwarded == []


async def test_what_was_published_again_behind_a_tombstone_stays() -> None:
    world = World(stage=deleted, later=FakeLog(keys={b"acme/a/b.md"}))
    await world.deliver(TOMBSTONE)
    assert world.status.status is Outcome.SUPERSEDED


async def test_a_tombstone_that_states_its_version_needs_no_look_at_the_log() -> None:
    world = World(stage=deleted, later=FakeLog(keys={b"acme/a/b.md"}))
    await world.deliver(replace(TOMBSTONE, headers=[("ragline-version", b"17")]))
    assert (world.status.status, world.status.version) == (Outcome.DELETED, 17)
    assert world.later.asked == []


async def test_a_tombstone_deletes_what_waits_on_a_retry_topic() -> None:
    async def away_for_content(event: Any) -> DocumentStatus:
        if isinstance(event, DocumentTombstone):
            return await deleted(event)
        raise Unavailable("the page does not answer")

    world = World(stage=away_for_content)
    await world.deliver(FakeRecord(), TOMBSTONE)
    assert [topic for topic, _, _ in world.publisher.forwarded] == [RETRY_10S.name]
    assert (world.status.status, world.status.version) == (Outcome.DELETED, 3)


async def test_a_tombstone_that_is_tried_again_is_judged_from_where_it_was() -> None:
    async def away(_event: Any) -> Any:
        raise Unavailable("the store is down")

    world = World(stage=away)
    await world.deliver(TOMBSTONE)
    ((topic, record, headers),) = world.publisher.forwarded
    assert (topic, record.value) == (RETRY_10S.name, None)

    again = World(stage=deleted)
    due = int(NOW.timestamp() * 1000) - 10_000
    retried = replace(
        TOMBSTONE, topic=topic, timestamp=due, offset=5, headers=list(headers.items())
    )
    await again.deliver(retried)
    assert again.status.status is Outcome.DELETED
    assert again.later.asked == [(TopicPartition("documents", 2), 128)]


async def test_a_null_value_under_no_documents_key_is_a_dead_letter() -> None:
    world = World(stage=deleted)
    await world.deliver(replace(TOMBSTONE, key=b"nobody"))
    ((topic, _, headers),) = world.publisher.forwarded
    assert topic == "dead-letters"
    assert headers[DeadLetterHeader.CAUSE] == b"invalid_key"


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


async def test_an_access_statement_that_is_taken_out_of_the_log_changes_nothing() -> None:
    async def untouched(_event: Any) -> DocumentStatus:
        raise AssertionError("the stage was called")

    world = World(stage=untouched)
    await world.deliver(FakeRecord(value=None, topic="document-access"))
    assert world.publisher.published == []
    assert world.publisher.forwarded == []


async def test_an_index_that_does_not_answer_is_written_without_a_word() -> None:
    world = World(index="new", tells=False)
    await world.deliver(FakeRecord())
    assert world.publisher.published == []


async def unusable(_event: Any) -> Any:
    raise InvalidEvent("unusable", cause=Cause.INVALID_SCHEMA)


async def away(_event: Any) -> Any:
    raise Unavailable("the store is down")


@pytest.mark.parametrize("fails", [unusable, away])
@pytest.mark.parametrize(("index", "named"), [("base", None), ("new", b"new")])
async def test_what_fails_names_the_index_unless_it_is_the_base(
    fails: Callable[[Any], Awaitable[Any]], index: str, named: bytes | None
) -> None:
    world = World(stage=fails, index=index)
    await world.deliver(FakeRecord())
    ((_, _, headers),) = world.publisher.forwarded
    assert headers.get(INDEX) == named


@pytest.mark.parametrize("fails", [unusable, away])
@pytest.mark.parametrize("index", ["base", "new"])
async def test_what_fails_is_not_left_to_the_index_that_its_publisher_names(
    fails: Callable[[Any], Awaitable[Any]], index: str
) -> None:
    world = World(stage=fails, index=index)
    await world.deliver(FakeRecord(headers=[(INDEX, b"finer")]))
    ((_, _, headers),) = world.publisher.forwarded
    assert headers[INDEX] == index.encode()


@pytest.mark.parametrize("topic", ["documents.retry.10s", "documents.ocr"])
@pytest.mark.parametrize("index", ["base", "new"])
@pytest.mark.parametrize("header", [None, b"base", b"new"])
async def test_what_another_index_put_aside_is_left_to_it(
    topic: str, index: str, header: bytes | None
) -> None:
    world = World(index=index)
    headers = [(RetryHeader.ORIGIN.value, b"documents")]
    if header is not None:
        headers.append((INDEX, header))
    due = int(NOW.timestamp() * 1000) - 10_000
    await world.deliver(FakeRecord(topic=topic, timestamp=due, headers=headers))
    mine = (header or b"base").decode() == index
    assert len(world.publisher.published) == mine
    assert world.publisher.forwarded == []


async def test_a_header_on_a_publishers_record_means_nothing() -> None:
    world = World()
    await world.deliver(FakeRecord(headers=[(INDEX, b"other")]))
    assert world.status.status is Outcome.INDEXED
