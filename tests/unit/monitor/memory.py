"""The monitor's memory: a fake, and what every memory promises, as tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from ragline.contracts.base import QueryRef
from ragline.ports.answers import Attempt
from ragline_monitor.history import HistoryWindow, hour_of
from ragline_monitor.ports import About, Memory, RatingOfAnswer, RecordId, Tally, Unmatched

NOW = datetime(2026, 1, 8, 12, 30, tzinfo=UTC)
ABOUT = About(tenant="acme", intent="factual", plan="default")
UP = RatingOfAnswer(tenant="acme", of="answer", rating="up", at=NOW)
DOWN = RatingOfAnswer(tenant="acme", of="citation", rating="down", at=NOW)


class FakeMemory:
    """Port `Memory`, in memory; nothing expires."""

    def __init__(self) -> None:
        self.known: dict[tuple[QueryRef, str | None], dict[int, About]] = defaultdict(dict)
        self.early: dict[QueryRef, list[RatingOfAnswer]] = defaultdict(list)
        self.seen: set[RecordId] = set()
        self.history: dict[int, Counter[str]] = defaultdict(Counter)

    async def answered(
        self, attempt: Attempt, about: About, *, at: datetime, tally: Tally
    ) -> Sequence[RatingOfAnswer] | None:
        known = self.known[attempt.query, attempt.duplicate]
        if attempt.number in known:
            return None
        known[attempt.number] = about
        await self.add(at, tally)
        return self.early.pop(attempt.query, [])

    async def rated(
        self, record: RecordId, query: QueryRef, rating: RatingOfAnswer
    ) -> About | Unmatched:
        if not await self.first(record):
            return Unmatched.REPEATED
        known = self.known[query, None]
        if not known:
            self.early[query].append(rating)
            return Unmatched.EARLY
        return known[max(known)]

    async def first(self, record: RecordId) -> bool:
        new = record not in self.seen
        self.seen.add(record)
        return new

    async def add(self, at: datetime, tally: Tally) -> None:
        self.history[hour_of(at)].update(tally)

    async def hours(self, first: int, last: int) -> list[Tally] | None:
        return [dict(self.history[hour]) for hour in range(first, last + 1)]


def new_query() -> QueryRef:
    """Return a query that nobody else has."""
    return QueryRef("acme", uuid4().hex)


def record_of(offset: int = 0) -> RecordId:
    """Return a record of a topic that nobody else has."""
    return RecordId(uuid4().hex, partition=0, offset=offset, appended_at=1_000)


class MemoryContract:
    """Everything that `Memory` promises while nothing is broken; needs the fixture `memory`."""

    async def test_each_attempt_is_new_once(self, memory: Memory) -> None:
        query = new_query()
        for number in (1, 2):
            assert await answered(memory, query, number) == []
            assert await answered(memory, query, number) is None

    async def test_an_answer_s_tally_is_added_to_its_hour_once(self, memory: Any) -> None:
        query, field = new_query(), uuid4().hex
        at = NOW - timedelta(hours=3)
        for _ in range(2):
            await memory.answered(Attempt(query), ABOUT, at=at, tally={field: 2, "cost": 0.25})
        hour = hour_of(at)
        [before, found, after] = await memory.hours(hour - 1, hour + 1)
        assert found[field] == 2
        assert field not in before
        assert field not in after

    async def test_amounts_of_several_answers_and_kinds_add_up(self, memory: Any) -> None:
        field = uuid4().hex
        for amount in (1, 0.125, 2):
            await memory.add(NOW, {field: amount, f"{field}:x": 1})
        window = HistoryWindow.of(await memory.hours(hour_of(NOW), hour_of(NOW)))
        assert window.amounts[field] == 3.125
        assert window.mix(field) == {"x": 3}

    async def test_a_rating_finds_the_latest_attempt_of_its_answer(self, memory: Memory) -> None:
        query = new_query()
        for number in (9, 10):
            plan = ABOUT.model_copy(update={"plan": str(number)})
            await memory.answered(Attempt(query, number), plan, at=NOW, tally={})
        found = await memory.rated(record_of(), query, UP)
        assert found == ABOUT.model_copy(update={"plan": "10"})

    async def test_a_rating_counts_once_by_its_record(self, memory: Memory) -> None:
        query, record = new_query(), record_of()
        await answered(memory, query)
        assert await memory.rated(record, query, UP) == ABOUT
        assert await memory.rated(record, query, UP) is Unmatched.REPEATED
        assert await memory.rated(record._replace(offset=1), query, UP) == ABOUT

    async def test_early_ratings_are_handed_over_with_their_answer_once(
        self, memory: Memory
    ) -> None:
        query, record = new_query(), record_of()
        assert await memory.rated(record, query, UP) is Unmatched.EARLY
        assert await memory.rated(record, query, UP) is Unmatched.REPEATED
        assert await memory.rated(record._replace(offset=1), query, DOWN) is Unmatched.EARLY
        assert await answered(memory, query) == [UP, DOWN]
        assert await answered(memory, query, 2) == []

    async def test_a_record_is_new_once(self, memory: Memory) -> None:
        record = record_of()
        assert await memory.first(record)
        assert not await memory.first(record)

    async def test_records_are_told_apart_by_all_that_identifies_them(self, memory: Memory) -> None:
        record = record_of(offset=65_535)
        others = [
            record._replace(offset=65_536),
            record._replace(offset=0),
            record._replace(partition=1),
            record._replace(topic=uuid4().hex),
            record._replace(appended_at=86_400_000),
        ]
        assert all([await memory.first(each) for each in (record, *others)])
        assert not any([await memory.first(each) for each in (record, *others)])


async def answered(
    memory: Memory, query: QueryRef, number: int = 1
) -> Sequence[RatingOfAnswer] | None:
    """Tell the memory of an answer that adds nothing to the history."""
    return await memory.answered(Attempt(query, number), ABOUT, at=NOW, tally={})
