"""Questions are taken, run and paired; each is settled once, and committed no sooner."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import TopicPartition

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.queries import QuerySubmitted
from ragline_cli.shadow.live_answers import LiveAnswers
from ragline_cli.shadow.options import Counts, ShadowOptions
from ragline_cli.shadow.questions import Questions
from ragline_cli.shadow.runs import Runs
from ragline_evaluation.shadow.sampling import sampled
from ragline_evaluation.shadow.tally import Tally

NOW = datetime(2026, 1, 5, tzinfo=UTC)
PARTITION = TopicPartition("queries", 0)


@dataclass
class Record:
    value: bytes | None
    offset: int
    timestamp: float
    topic: str = PARTITION.topic
    partition: int = PARTITION.partition
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class FakeConsumer:
    """Hands out what is on the topic, and notes what is committed."""

    committed: int = 0
    log: list[Record] = field(default_factory=list)
    position: int = 0

    def add(self, *values: Any, age_s: float = 0.0, **fields: Any) -> None:
        for value in values:
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            at = (NOW - timedelta(seconds=age_s)).timestamp() * 1000
            self.log.append(Record(body, len(self.log), at, **fields))

    async def getmany(self, **_: Any) -> dict[TopicPartition, list[Record]]:
        await asyncio.sleep(0.001)
        fetched = self.log[self.position : self.position + 2]
        self.position += len(fetched)
        return {PARTITION: fetched} if fetched else {}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.committed = offsets[PARTITION]


Answering = Callable[[QuerySubmitted], Awaitable[None]]


async def at_once(_query: QuerySubmitted) -> None:
    """Take no time."""


class FakeSecond:
    """A second configuration that answers after `working`."""

    def __init__(self, working: Answering) -> None:
        self.asked: list[str] = []
        self.most = self._now = 0
        self._working = working

    async def answer(
        self, query: QuerySubmitted, *, appended_at: datetime, deadline: datetime | None
    ) -> QueryAnswered:
        self.asked.append(query.query_id)
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self._working(query)
        finally:
            self._now -= 1
        return live_answer(query.query_id, "shadow")


def live_answer(query_id: str, text: str = "live", attempt: int = 1) -> QueryAnswered:
    return QueryAnswered(
        query_id=query_id,
        text=text,
        attempt=attempt,
        status=AnswerStatus.ANSWERED,
        answered_at=NOW,
    )


class Shadow:
    """A shadow between a fake topic and a fake configuration."""

    def __init__(
        self, working: Answering = at_once, *, share: float = 1.0, **options: float | None
    ) -> None:
        given: dict[str, Any] = {"at_once": 2, "behind_s": 30.0, "wait_s": 0.0}
        self.counts, self.tally, self.live = Counts(), Tally(examples=5, texts=False), LiveAnswers()
        self.consumer, self.stages = FakeConsumer(), FakeSecond(working)
        stages: Any = self.stages
        self.runs = Runs(
            options=ShadowOptions(name="s", share=share, **(given | options)),
            stages=stages,
            live=self.live,
            tally=self.tally,
            counts=self.counts,
            clock=lambda: NOW,
        )
        self.questions = Questions(
            self.consumer, share=share, live=self.live, runs=self.runs, counts=self.counts
        )

    def publish(self, *ids: str, answered: bool = True, **record: Any) -> None:
        for query_id in ids:
            self.consumer.add({"query_id": query_id, "text": "How?"}, **record)
            if answered:
                self.live.arrived(live_answer(query_id), appended_ms=0, let_go=lambda: None)

    async def take(self, seconds: float = 0.2) -> None:
        """Take questions for a while, then stop taking."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.questions.take()

    async def committed(self) -> int:
        await self.questions.offsets.commit()
        return self.consumer.committed


async def test_a_question_is_paired_with_its_live_answer_and_committed() -> None:
    shadow = Shadow()
    shadow.publish("a", "b", "c")
    await shadow.take()
    assert shadow.counts.as_dict()["pairs"] == 3
    assert shadow.tally.statuses == {("answered", "answered"): 3}
    assert await shadow.committed() == 3


async def test_poison_is_counted_and_passed_over() -> None:
    shadow = Shadow()
    shadow.consumer.add(b"\xff\xfe", b"", {"text": "whose?"}, {"query_id": "a"})
    shadow.publish("a")
    await shadow.take()
    assert (shadow.counts.poison_queries, shadow.counts.pairs) == (4, 1)
    assert await shadow.committed() == 5


async def test_only_the_share_is_run() -> None:
    ids = [f"q{number}" for number in range(30)]
    shadow = Shadow(share=0.3)
    shadow.publish(*ids)
    await shadow.take()
    assert sorted(shadow.stages.asked) == sorted(each for each in ids if sampled(each, 0.3))
    assert shadow.counts.not_sampled == 30 - shadow.counts.pairs
    assert await shadow.committed() == 30


async def test_a_question_without_a_live_answer_is_counted_and_committed() -> None:
    shadow = Shadow(wait_s=0.1)
    shadow.publish("a", answered=False, age_s=5)
    await shadow.take(2)
    assert (shadow.counts.unpaired, shadow.counts.pairs) == (1, 0)
    assert await shadow.committed() == 1


async def test_nothing_is_committed_before_its_pair_is_reported() -> None:
    shadow = Shadow(wait_s=60)
    shadow.publish("a")
    shadow.publish("b", answered=False)
    shadow.publish("c")
    await shadow.take()
    assert shadow.counts.pairs == 2
    assert await shadow.committed() == 1
    shadow.live.arrived(live_answer("b"), appended_ms=0, let_go=lambda: None)
    await shadow.take(0.05)
    assert await shadow.committed() == 3


async def test_no_more_than_agreed_are_run_at_once_and_what_is_too_old_is_skipped() -> None:
    async def slowly(_query: QuerySubmitted) -> None:
        await asyncio.sleep(0.05)

    shadow = Shadow(slowly, behind_s=10.0)
    shadow.publish("old", age_s=11)
    shadow.publish(*"abcdef")
    await shadow.take(1)
    assert shadow.stages.most == 2
    assert "old" not in shadow.stages.asked
    assert (shadow.counts.skipped_behind, shadow.counts.pairs) == (1, 6)
    assert await shadow.committed() == 7


async def test_a_question_without_a_place_gets_too_old() -> None:
    async def never(_query: QuerySubmitted) -> None:
        await asyncio.Event().wait()

    shadow = Shadow(never, at_once=1, behind_s=10.0)
    shadow.publish("a", "b", age_s=9.9)
    await shadow.take(0.5)
    assert shadow.stages.asked == ["a"]
    assert shadow.counts.skipped_behind == 1
    shadow.runs.abandon()


async def test_repeats_of_a_record_are_run_once() -> None:
    shadow = Shadow()
    shadow.publish("a", "a", "b", "a")
    await shadow.take()
    assert sorted(shadow.stages.asked) == ["a", "b"]
    assert (shadow.counts.repeats, shadow.counts.pairs) == (2, 2)
    assert await shadow.committed() == 4


async def test_a_replayed_question_is_paired_with_the_answer_to_its_attempt() -> None:
    shadow = Shadow(wait_s=60)
    headers = (("ragline-attempt", b"2"), ("ragline-deadline", b"1767571300000"))
    shadow.publish("a", headers=headers)
    await shadow.take()
    assert shadow.counts.pairs == 0
    shadow.live.arrived(live_answer("a", attempt=2), appended_ms=0, let_go=lambda: None)
    await shadow.take(0.05)
    assert shadow.counts.pairs == 1
    assert shadow.tally.most_different()[0].attempt == 2


async def test_the_limit_is_kept_exactly_and_the_next_run_goes_on_behind_it() -> None:
    shadow = Shadow(limit=3, at_once=5)
    shadow.publish(*"abcdef")
    await shadow.take(2)
    assert shadow.runs.enough
    assert shadow.counts.pairs == len(shadow.stages.asked) == 3
    assert await shadow.committed() == 3


async def test_stopping_gives_up_what_is_under_way_so_that_nothing_comes_twice() -> None:
    async def first_never(query: QuerySubmitted) -> None:
        if query.query_id == "a":
            await asyncio.Event().wait()

    shadow = Shadow(first_never)
    shadow.publish(*"abc")
    await shadow.take()
    assert await shadow.committed() == 0  # the first one is not done with
    await shadow.runs.end()
    assert (shadow.counts.pairs, shadow.counts.given_up) == (2, 1)
    assert shadow.runs.under_way == 0
    assert await shadow.committed() == 3


async def test_revoked_partitions_are_read_again_from_what_was_committed() -> None:
    stuck = True

    async def stuck_at_b(query: QuerySubmitted) -> None:
        if stuck and query.query_id == "b":
            await asyncio.Event().wait()

    shadow = Shadow(stuck_at_b)
    shadow.publish(*"abc")
    await shadow.take()
    await shadow.questions.on_partitions_revoked({PARTITION})
    assert shadow.consumer.committed == 1
    stuck, shadow.consumer.position = False, 1
    await shadow.questions.on_partitions_assigned({PARTITION})
    await shadow.take()
    assert shadow.stages.asked == ["a", "b", "c", "b"]
    assert (shadow.counts.pairs, shadow.counts.repeats) == (3, 1)  # `c` is not reported twice
    assert await shadow.committed() == 3


async def test_a_defect_of_ours_is_not_hidden() -> None:
    async def defect(_query: QuerySubmitted) -> None:
        raise KeyError("ours")

    shadow = Shadow(defect)
    shadow.publish("a")
    await shadow.take()
    assert isinstance(shadow.runs.defect.exception(), KeyError)
