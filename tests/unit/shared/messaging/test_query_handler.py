"""What surrounds a query stage: deadline, attempts, retries, one distinct answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import Event, QueryRef
from ragline.contracts.cloudevents import ATTEMPT, DEADLINE, QUESTION, Envelope
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import QueryClassified, QuerySubmitted
from ragline.contracts.question import question_digest
from ragline.contracts.reading import read_event
from ragline.contracts.topics import DEAD_LETTERS, Service, Topic
from ragline.errors import Misconfigured, Overloaded, RateLimited, Unavailable
from ragline.messaging.admission import Admission, AdmissionLimits
from ragline.messaging.assignment import Assignment
from ragline.messaging.backlog import Backlog
from ragline.messaging.claims import Claims
from ragline.messaging.flood import Floods
from ragline.messaging.handler import HandlerContext
from ragline.messaging.query_handler import QueryHandler
from ragline.messaging.solitude import Solitude
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.ports.answers import Attempt
from ragline.settings import DeliverySettings

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Record:
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    topic: str = "queries"
    partition: int = 0
    offset: int = 0
    timestamp: int = int(T0.timestamp() * 1000)
    key: bytes | None = b"q"


class FakePublisher:
    """Keeps what would be published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Event, bytes, Envelope]] = []
        self.forwarded: list[str] = []

    async def publish(
        self,
        topic: Topic,
        event: Event,
        *,
        value: bytes | None = None,
        envelope: Envelope,
        time: datetime | None = None,
    ) -> None:
        self.published.append((topic.name, event, value or event.to_json(), envelope))

    async def forward(self, topic: str, record: Any, extra: Any) -> None:
        self.forwarded.append(topic)


class Ledger:
    def __init__(self) -> None:
        self.answers: dict[Attempt, bytes] = {}

    async def claim(self, attempt: Attempt, answer: bytes) -> bytes:
        return self.answers.setdefault(attempt, answer)

    async def claimed(self, attempt: Attempt) -> bytes | None:
        return self.answers.get(attempt)

    async def reserve(self, attempt: Attempt) -> FreeReservation:
        return FreeReservation()


class FreeReservation:
    async def renew(self) -> None: ...

    async def release(self) -> None: ...


def classified(event: QuerySubmitted, **fields: Any) -> QueryClassified:
    return event.grown(
        QueryClassified,
        **fields,
        intent=Intent.FACTUAL,
        confidence=1.0,
        standalone_text=event.text,
        plan=Plan(name="p", weights={SearchKind.KEYWORD: 1.0}),
    )


class World:
    """A handler with everything around it."""

    def __init__(self, *, admission: Admission | None = None, reserves: bool = False) -> None:
        self.clock = Clock()
        self.solitude = Solitude()
        self.publisher = FakePublisher()
        self.ledger = Ledger()
        self.metrics = Metrics()
        self.calls: list[QuerySubmitted] = []
        self.stage: Callable[[Any], Awaitable[Event]] = self.passing_on
        settings = DeliverySettings(retry_initial_s=0.001, retry_max_s=0.002)
        self.handler = QueryHandler(
            HandlerContext(
                service=Service.CLASSIFIER,
                stage=self._called,
                publisher=self.publisher,  # type: ignore[arg-type]
                metrics=self.metrics,
                floods=Floods(settings),
                clock=self.clock,
                settings=settings,
                waiting=WaitingTasks(),
                solitude=self.solitude,
            ),
            claims=Claims(
                self.ledger, metrics=self.metrics, grace_s=1, lease_s=6, clock=lambda: 0.0
            ),
            admission=admission,
            reserves=reserves,
        )

    async def _called(self, event: Any) -> Event:
        self.calls.append(event)
        return await self.stage(event)

    async def passing_on(self, event: QuerySubmitted) -> Event:
        return classified(event)

    async def deliver(self, *, headers: Any = (), **fields: Any) -> Record:
        value = json.dumps({"query_id": "q", "text": "why?"} | fields).encode()
        record = Record(value, list(headers))

        async def pipeline(record: Any) -> None:
            await self.handler.handle(read_event(QuerySubmitted, record.value))

        await self.handler.deliver(record, pipeline)
        return record

    @property
    def answer(self) -> QueryAnswered:
        """The only event published, an answer."""
        ((topic, event, _, _),) = self.publisher.published
        assert topic == "answers"
        assert isinstance(event, QueryAnswered)
        return event

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
def world() -> World:
    return World()


async def test_a_result_goes_to_the_next_topic_with_deadline_and_timing(world: World) -> None:
    deadline = T0 + timedelta(seconds=10)
    await world.deliver(deadline=deadline.isoformat())
    ((topic, event, _, envelope),) = world.publisher.published
    assert topic == "intents"
    assert isinstance(event, QueryClassified)
    assert event.submitted_at == T0
    assert envelope.deadline == deadline.timestamp() * 1000
    assert [timing.stage for timing in envelope.timings] == ["classifier"]


async def test_the_publisher_s_deadline_is_left_to_the_stage_when_there_is_none(
    world: World,
) -> None:
    await world.deliver()
    assert world.calls[0].deadline is None  # the plan has a say in it


@pytest.mark.parametrize("hours", [-1, 0, 1])
async def test_a_publisher_whose_clock_is_wrong_gets_the_time_that_is_due_to_it(
    world: World, hours: int
) -> None:
    its_now = T0 + timedelta(hours=hours)
    asked = {"submitted_at": its_now.isoformat()}
    await world.deliver(**asked)
    await world.deliver(**asked, deadline=(its_now + timedelta(seconds=9)).isoformat())
    assert [(each.submitted_at, each.deadline) for each in world.calls] == [
        (T0, None),
        (T0, T0 + timedelta(seconds=9)),
    ]


async def test_an_event_of_the_calendars_last_second_gets_a_deadline(world: World) -> None:
    forged = classified(
        QuerySubmitted(query_id="q", text="why?", submitted_at=datetime.max.replace(tzinfo=UTC))
    )

    async def pipeline(_record: Any) -> None:
        await world.handler.handle(forged)

    await world.handler.deliver(Record(b"{}", []), pipeline)
    assert world.publisher.forwarded == []
    assert len(world.calls) == 1


async def test_a_record_from_the_future_gains_no_time(world: World) -> None:
    world.clock.passes(-3_600)  # the topic keeps its publishers' times, and theirs is fast
    await world.deliver()
    assert world.calls[0].submitted_at == world.clock.now


async def test_a_question_may_have_no_end(world: World) -> None:
    never = datetime.max.replace(tzinfo=UTC)
    earlier = T0 - timedelta(hours=1)
    await world.deliver(submitted_at=earlier.isoformat(), deadline=never.isoformat())
    assert world.calls[0].deadline == never


async def test_a_stated_deadline_that_was_past_at_once_is_told(world: World) -> None:
    slow_clock = T0 - timedelta(minutes=5)
    await world.deliver(deadline=(slow_clock + timedelta(seconds=20)).isoformat())
    assert world.calls == []
    assert world.answer.status is AnswerStatus.EXPIRED
    assert world.answer.error is not None
    assert "was past when Kafka stored the question" in world.answer.error.message
    assert "state submitted_at beside it" in world.answer.error.message


async def test_a_deadline_before_the_submission_is_told_too(world: World) -> None:
    await world.deliver(submitted_at=T0.isoformat(), deadline=T0.isoformat())
    assert world.answer.status is AnswerStatus.EXPIRED
    assert world.answer.error is not None
    assert "is not after submitted_at" in world.answer.error.message


async def test_a_time_without_a_zone_is_utc_for_a_deadline(world: World) -> None:
    naive = (T0 + timedelta(seconds=9)).replace(tzinfo=None)
    await world.deliver(deadline=naive.isoformat())
    assert world.calls[0].deadline == T0 + timedelta(seconds=9)


async def test_expired_work_is_not_begun(world: World) -> None:
    await world.deliver(deadline=(T0 - timedelta(seconds=1)).isoformat())
    assert world.calls == []
    assert world.answer.status is AnswerStatus.EXPIRED
    assert world.publisher.forwarded == []
    assert world.counted("ragline_records_total", topic="queries", outcome="expired") == 1


async def test_what_took_too_long_is_not_queued_for_the_next_stage(world: World) -> None:
    async def slow(event: QuerySubmitted) -> Event:
        world.clock.passes(61)
        return classified(event)

    world.stage = slow
    await world.deliver()
    assert world.answer.status is AnswerStatus.EXPIRED


async def test_the_remainder_bounds_the_call(world: World) -> None:
    async def hanging(event: QuerySubmitted) -> Event:
        await asyncio.Event().wait()
        raise AssertionError

    world.stage = hanging
    await world.deliver(deadline=(T0 + timedelta(milliseconds=20)).isoformat())
    assert world.answer.status is AnswerStatus.EXPIRED


async def test_a_transient_error_is_tried_again(world: World) -> None:
    async def shaky(event: QuerySubmitted) -> Event:
        if len(world.calls) < 3:
            raise Unavailable("a moment, please")
        return classified(event)

    world.stage = shaky
    await world.deliver()
    assert world.publisher.published[0][0] == "intents"
    assert world.counted("ragline_retries_total", topic="queries", code="unavailable") == 2


async def test_a_wait_that_the_deadline_does_not_allow_is_not_waited(world: World) -> None:
    async def limited(event: QuerySubmitted) -> Event:
        raise RateLimited("slow down", retry_after=3_600)

    world.stage = limited
    await world.deliver()
    assert len(world.calls) == 1
    assert world.answer.status is AnswerStatus.FAILED
    assert world.answer.error is not None
    assert world.answer.error.code == "rate_limited"
    assert world.answer.error.retry_after == 3_600
    assert world.publisher.forwarded == [DEAD_LETTERS.name]


async def test_a_permanent_error_is_a_dead_letter_and_a_failed_answer(world: World) -> None:
    async def broken(event: QuerySubmitted) -> Event:
        raise Misconfigured("wrong key")

    world.stage = broken
    await world.deliver()
    assert world.publisher.forwarded == [DEAD_LETTERS.name]
    assert world.answer.status is AnswerStatus.FAILED


async def test_a_repeat_is_byte_identical_whatever_the_second_attempt_made(world: World) -> None:
    async def broken(event: QuerySubmitted) -> Event:
        world.clock.passes(1)
        raise Misconfigured(f"call {len(world.calls)}")

    world.stage = broken
    await world.deliver()
    await world.deliver()
    first, second = (value for _, _, value, _ in world.publisher.published)
    assert first == second
    assert world.counted("ragline_answer_repeats_total") == 1


async def test_a_redelivery_of_an_answered_query_is_not_worked_on_again() -> None:
    world = World(reserves=True)
    claimed = QueryAnswered(
        query_id="q", status=AnswerStatus.ANSWERED, text="so", answered_at=T0
    ).to_json()
    world.ledger.answers[Attempt(QueryRef("default", "q"))] = claimed
    await world.deliver()
    assert world.calls == []
    assert world.publisher.published[0][2] == claimed


async def test_a_replay_has_the_time_and_the_answer_of_its_own_attempt(world: World) -> None:
    async def broken(event: QuerySubmitted) -> Event:
        raise Misconfigured("not yet")

    world.stage = broken
    await world.deliver(deadline=(T0 + timedelta(seconds=5)).isoformat())
    world.stage = world.passing_on
    world.clock.passes(3_600)
    until = int((world.clock.now + timedelta(seconds=60)).timestamp() * 1000)
    headers = [(ATTEMPT, b"2"), (DEADLINE, str(until).encode())]
    await world.deliver(deadline=(T0 + timedelta(seconds=5)).isoformat(), headers=headers)
    topic, event, _, envelope = world.publisher.published[1]
    assert topic == "intents"
    assert isinstance(event, QueryClassified)
    assert event.deadline is not None
    assert event.deadline.timestamp() * 1000 == until
    assert envelope.attempt == 2


async def test_a_second_attempt_s_answer_says_so(world: World) -> None:
    async def broken(event: QuerySubmitted) -> Event:
        raise Misconfigured(f"call {len(world.calls)}")

    world.stage = broken
    await world.deliver()
    await world.deliver(headers=[(ATTEMPT, b"2")])
    first, second = (event for _, event, _, _ in world.publisher.published)
    assert isinstance(first, QueryAnswered)
    assert isinstance(second, QueryAnswered)
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.error != second.error


async def test_a_shed_query_says_when_to_come_back_and_is_no_dead_letter() -> None:
    backlog = Backlog(clock=lambda: 0.0, least_window=1, target_s=1.5)
    admission = Admission(
        backlog=backlog,
        limits=AdmissionLimits(concurrency=32, max_waiting=2_048, work_s=1.0),
        metrics=Metrics(),
        waiting=WaitingTasks(),
        assignment=Assignment(),
    )

    def full(*_: Any) -> None:
        raise Overloaded("too much", retry_after=12.5)

    admission._shed_if_too_late = full  # type: ignore[method-assign,assignment]
    world = World(admission=admission)
    await world.deliver()
    assert world.calls == []
    assert world.publisher.forwarded == []
    assert world.answer.status is AnswerStatus.FAILED
    assert world.answer.error is not None
    assert world.answer.error.code == "overloaded"
    assert world.answer.error.retry_after == 12.5
    assert world.counted("ragline_records_total", topic="queries", outcome="shed") == 1


@pytest.mark.parametrize(("first_text_ms", "observed"), [(1_500.0, 1.5), (None, 0.0)])
async def test_the_time_to_the_first_text_is_measured(
    world: World, first_text_ms: float | None, observed: float
) -> None:
    async def answers(event: QuerySubmitted) -> QueryAnswered:
        return QueryAnswered(
            query_id=event.query_id,
            status=AnswerStatus.ANSWERED,
            first_text_ms=first_text_ms,
            answered_at=T0,
        )

    world.stage = answers
    await world.deliver()

    assert world.counted("ragline_first_text_seconds_sum") == observed


async def answered(event: QuerySubmitted) -> Event:
    return QueryAnswered(
        query_id=event.query_id,
        tenant=event.tenant,
        status=AnswerStatus.ANSWERED,
        text=event.text,
        answered_at=T0,
    )


def codes(world: World) -> list[tuple[str, str | None]]:
    found = [
        QueryAnswered.model_validate_json(value) for _, _, value, _ in world.publisher.published
    ]
    return [(each.tenant, each.error.code if each.error else each.text) for each in found]


@pytest.mark.parametrize("reserves", [True, False])
async def test_one_id_in_two_tenants_is_two_questions(reserves: bool) -> None:
    world = World(reserves=reserves)
    world.stage = answered
    await world.deliver(tenant="acme", text="ours")
    await world.deliver(tenant="globex", text="theirs")
    assert codes(world) == [("acme", "ours"), ("globex", "theirs")]


@pytest.mark.parametrize("reserves", [True, False])
async def test_another_question_under_the_same_id_is_told_so_once_and_the_first_is_kept(
    reserves: bool,
) -> None:
    world = World(reserves=reserves)
    world.stage = answered
    for text in ("first", "second", "second", "first"):
        await world.deliver(text=text)
    assert codes(world) == [
        ("default", "first"),
        ("default", "duplicate_id"),
        ("default", "duplicate_id"),
        ("default", "first"),
    ]
    first, second, again, repeat = (value for _, _, value, _ in world.publisher.published)
    assert (second, first) == (again, repeat)
    assert world.publisher.forwarded == [], "the publisher's mistake, and no dead letter"


async def test_the_same_question_is_a_repeat_whatever_its_times(world: World) -> None:
    world.stage = answered
    await world.deliver(deadline=(T0 + timedelta(seconds=5)).isoformat())
    await world.deliver(deadline=(T0 + timedelta(seconds=9)).isoformat())
    first, second = (value for _, _, value, _ in world.publisher.published)
    assert first == second


async def test_a_failure_of_another_question_is_no_repeat_of_the_first(world: World) -> None:
    world.stage = answered
    await world.deliver(text="first")

    async def broken(event: QuerySubmitted) -> Event:
        raise Misconfigured("not this one")

    world.stage = broken
    await world.deliver(text="second")
    assert codes(world)[1] == ("default", "duplicate_id")


async def test_a_record_that_is_no_question_has_an_answer_of_its_own(world: World) -> None:
    world.stage = answered
    await world.deliver(text="first")
    for value in (b'{"query_id": "q", "text": 5}', b'{"query_id": "q", "text": 5}'):

        async def unreadable(_record: Any, value: bytes = value) -> None:
            QuerySubmitted.model_validate_json(value)

        await world.handler.deliver(Record(value, []), unreadable)
    assert [code for _, code in codes(world)] == ["first", "duplicate_id", "duplicate_id"]
    assert world.publisher.published[1][2] == world.publisher.published[2][2]


async def test_the_first_stage_states_the_question_whatever_its_publisher_stated(
    world: World,
) -> None:
    stated = [(QUESTION, b"f" * 32)]
    await world.deliver(headers=stated)
    _, _, _, envelope = world.publisher.published[0]
    asked = QuerySubmitted(query_id="q", text="why?")
    assert envelope.question == question_digest(asked)


async def test_later_stages_take_it_from_the_first_because_the_event_has_changed() -> None:
    world = World()
    world.stage = answered
    for first_stage in (b"a" * 32, b"b" * 32):
        record = Record(b'{"query_id": "q", "text": "why?"}', [(QUESTION, first_stage)])
        record.topic = "ranked"

        async def pipeline(record: Any) -> None:
            await world.handler.handle(QuerySubmitted.model_validate_json(record.value))

        await world.handler.deliver(record, pipeline)
    assert [code for _, code in codes(world)] == ["why?", "duplicate_id"]


async def test_of_a_question_that_an_earlier_release_classified_nothing_is_told_apart() -> None:
    world = World()
    world.stage = answered
    for text in ("first", "second"):
        record = Record(b'{"query_id": "q", "text": "%s"}' % text.encode(), [])
        record.topic = "ranked"

        async def pipeline(record: Any) -> None:
            await world.handler.handle(QuerySubmitted.model_validate_json(record.value))

        await world.handler.deliver(record, pipeline)
    assert [code for _, code in codes(world)] == ["first", "first"]


async def test_a_record_that_is_alone_does_not_wait_for_its_turn_and_others_wait_for_it() -> None:
    turns: list[str] = []

    class Turns:
        @asynccontextmanager
        async def turn(self, tenant: str, *, seconds: float) -> AsyncIterator[None]:
            turns.append(tenant)
            yield

    world = World(admission=Turns())  # type: ignore[arg-type]
    world.stage = answered
    async with world.solitude.alone():
        await world.deliver(query_id="alone", tenant="suspect")
        assert turns == []
    held = asyncio.Event()

    async def other() -> None:
        await held.wait()
        await world.deliver(query_id="other", tenant="other")

    waiting = asyncio.create_task(other())  # before, so that it is not part of what is alone
    await asyncio.sleep(0)
    async with world.solitude.alone():
        held.set()
        for _ in range(20):
            await asyncio.sleep(0)
        assert turns == ["other"]
        assert len(world.publisher.published) == 1
    await waiting
    assert len(world.publisher.published) == 2
