"""What surrounds who only looks: nothing is published, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ragline.contracts.dead_letters import Cause, DeadLetterHeader, DeadLetterStored
from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline.messaging.flood import Floods, TopicState
from ragline.messaging.handler import HandlerContext
from ragline.messaging.observation_handler import ObservationHandler
from ragline.messaging.record import CURRENT
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Record:
    topic: str
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int = 0
    offset: int = 7
    timestamp: int = int(T0.timestamp() * 1000)
    key: bytes | None = b"k"


@dataclass
class FakePublisher:
    """Keeps what would be forwarded."""

    forwarded: list[tuple[str, Any, dict[str, bytes]]] = field(default_factory=list)

    async def forward(self, topic: str, record: Any, extra: Any) -> None:
        self.forwarded.append((topic, record, dict(extra)))


class World:
    """A handler whose observer notes events, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.seen: list[Any] = []
        self.offsets: list[int] = []
        self.error = error
        self.publisher = FakePublisher()
        self.metrics = Metrics()
        settings = DeliverySettings(flood_run=3)
        self.floods = Floods(settings)
        self.handler = ObservationHandler(
            HandlerContext(
                service=Service.MONITOR,
                stage=self.observe,
                publisher=self.publisher,  # type: ignore[arg-type]
                metrics=self.metrics,
                floods=self.floods,
                clock=lambda: T0,
                settings=settings,
                waiting=WaitingTasks(),
                solitude=Solitude(),
            )
        )

    async def observe(self, event: Any) -> None:
        if self.error is not None:
            raise self.error
        self.seen.append(event)
        self.offsets.append(CURRENT.get().record.offset)

    def parsing(self, event: Any) -> Callable[[Any], Awaitable[Any]]:
        """Return what FastStream's pipeline does with a record that holds `event`."""

        async def process(_record: Any) -> None:
            if isinstance(event, Exception):
                raise event
            await self.handler.handle(event)

        return process

    def outcomes(self, topic: str, outcome: str) -> float:
        labels = {"topic": topic, "outcome": outcome}
        return self.metrics.registry.get_sample_value("ragline_records_total", labels) or 0


async def test_an_event_is_shown_and_nothing_is_published() -> None:
    world = World()
    await world.handler.deliver(Record("answers"), world.parsing("event"))

    assert (world.seen, world.offsets) == (["event"], [7])
    assert world.publisher.forwarded == []
    assert world.outcomes("answers", "noted") == 1


async def test_what_cannot_be_read_is_a_dead_letter_with_its_cause() -> None:
    world = World()
    record = Record("feedback")
    await world.handler.deliver(record, world.parsing(Misconfigured("unreadable")))

    [(topic, stored, headers)] = world.publisher.forwarded
    assert (topic, stored) == ("dead-letters", record)
    assert headers[DeadLetterHeader.CAUSE] == Cause.PERMANENT_ERROR.encode()
    assert headers[DeadLetterHeader.SERVICE] == b"monitor"
    assert world.outcomes("feedback", "dead") == 1


async def test_a_dead_letter_is_shown_whatever_its_headers_hold() -> None:
    world = World()
    headers = (
        (DeadLetterHeader.CAUSE.value, b"invalid_headers"),
        (DeadLetterHeader.TOPIC.value, b"queries"),
        ("tenant", b"\xff\xfe"),
    )
    unreadable = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "as FastStream would raise")
    await world.handler.deliver(
        Record("dead-letters", value=None, headers=headers), world.parsing(unreadable)
    )

    assert world.seen == [DeadLetterStored(topic="queries", cause="invalid_headers")]
    assert world.publisher.forwarded == []


async def test_a_dead_letter_never_becomes_one_again() -> None:
    world = World(error=RuntimeError("a bug"))
    for _ in range(5):
        await world.handler.deliver(Record("dead-letters"), world.parsing("never"))

    assert world.publisher.forwarded == []
    assert world.outcomes("dead-letters", "skipped") == 5
    assert world.floods.in_state(TopicState.STOPPED) is None


async def test_a_flood_of_one_topic_is_told_apart_from_the_dead_letters_that_it_makes() -> None:
    world = World()
    for _ in range(3):
        await world.handler.deliver(Record("feedback"), world.parsing(Misconfigured("no")))
        await world.handler.deliver(Record("dead-letters"), world.parsing("never"))

    assert world.floods.guard("feedback").state is TopicState.STOPPED
    assert world.floods.guard("dead-letters").state is TopicState.RUNNING
