"""Whoever uses the live index keeps one index to the end, whatever changes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.patience import PATIENCE_S

from ragline.contracts.indexes import Index, IndexesChanged
from ragline.errors import Unavailable
from ragline.messaging import live_index
from ragline.messaging.index_follower import IndexFollower
from ragline.messaging.live_index import LiveIndex, open_live_index, wanted
from ragline.ports.indexes import IndexUse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("base", "one", "two")
ALL = tuple(Index(name=name) for name in NAMES)


@dataclass
class World:
    """Indexes that can be opened, and which of them are open."""

    follower: IndexFollower = field(default_factory=IndexFollower)
    open: list[str] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.live: LiveIndex[str] = LiveIndex(self.follower, self._opening, clock=lambda: self.now)

    @asynccontextmanager
    async def _opening(self, index: Index) -> AsyncIterator[str]:
        if index.name in self.away:
            raise Unavailable(f"{index.name} is away")
        self.open.append(index.name)
        try:
            yield index.name
        finally:
            self.open.remove(index.name)

    def tell(self, **changes: object) -> None:
        known = self.follower.known
        update = {"indexes": ALL, **changes, "revision": known.revision + 1}
        self.follower.tell(known.model_copy(update=update))

    def flip(self, name: str) -> None:
        live = self.follower.known.live
        self.tell(live=name, previous=live, live_since=self.now, opening=None)


async def test_a_use_keeps_its_index_and_the_next_one_gets_the_new() -> None:
    world = World()
    await world.live.start()
    with world.live.using() as (before, opened):
        world.tell(opening="one")
        await world.live.follow()
        world.flip("one")
        world.now += timedelta(hours=1)
        await world.live.follow()
        assert (before, opened) == ("base", "base")
        assert "base" in world.open
        with world.live.using() as (after, _):
            assert after == "one"
        assert world.live.use("retriever", "1").opened == ("base", "one")
    await world.live.follow()
    assert world.open == ["one"]
    assert world.live.use("retriever", "1").opened == ("one",)
    await world.live.close()
    assert world.open == []


async def test_the_old_one_answers_until_the_new_one_can_be_opened() -> None:
    world = World(away={"one"})
    await world.live.start()
    world.flip("one")
    await world.live.follow()
    with world.live.using() as (name, _):
        assert name == "base"
    assert "one is away" in (world.live.problem() or "")
    await world.live.close()


async def test_the_problem_of_an_index_that_nobody_wants_any_more_is_none() -> None:
    world = World(away={"one"})
    await world.live.start()
    world.tell(opening="one")
    await world.live.follow()
    assert "one is away" in (world.live.problem() or "")
    world.tell(opening=None)
    await world.live.follow()
    assert world.live.problem() is None
    assert world.live.use("retriever", "1").problem is None
    await world.live.close()


async def test_a_live_index_that_cannot_be_opened_at_the_start_is_an_error() -> None:
    world = World(away={"base"})
    with pytest.raises(Unavailable):
        await world.live.start()


async def test_the_one_before_stays_open_for_a_way_back_without_loading() -> None:
    world = World()
    await world.live.start()
    world.flip("one")
    await world.live.follow()
    assert sorted(world.open) == ["base", "one"]
    world.now += timedelta(hours=1)
    await world.live.follow()
    assert world.open == ["one"]
    await world.live.close()


def test_an_index_that_is_being_dropped_is_not_opened() -> None:
    known = IndexesChanged(revision=1, live="base", indexes=ALL, opening="one", dropping="one")
    assert wanted(known, NOW) == ("base",)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from(NAMES)),
        st.tuples(st.just("flip"), st.sampled_from(NAMES)),
        st.tuples(st.just("away"), st.sampled_from(NAMES)),
        st.tuples(st.just("back"), st.sampled_from(NAMES)),
        st.tuples(st.just("begin"), st.just("")),
        st.tuples(st.just("end"), st.just("")),
        st.tuples(st.just("wait"), st.just("")),
    ),
    max_size=30,
)


@given(steps)
async def test_what_is_used_is_open_whatever_happens(taken: list[tuple[str, str]]) -> None:
    world = World()
    await world.live.start()
    uses = []
    for step, name in taken:
        match step:
            case "open":
                world.tell(opening=name)
            case "flip":
                world.flip(name)
            case "away":
                world.away.add(name)
            case "back":
                world.away.discard(name)
            case "begin":
                use = world.live.using()
                uses.append((use, use.__enter__()))
            case "end" if uses:
                uses.pop(0)[0].__exit__(None, None, None)
            case "wait":
                world.now += timedelta(minutes=20)
        await world.live.follow()
        for _, (used, opened) in uses:
            assert used == opened
            assert used in world.open
        with world.live.using() as (used, _):
            assert used in world.open
    while uses:
        uses.pop()[0].__exit__(None, None, None)
    await world.live.close()
    assert world.open == []


class Notes:
    """What was told of open indexes, and an event for the next telling."""

    def __init__(self) -> None:
        self.told: list[IndexUse] = []
        self.more = asyncio.Event()

    async def note(self, use: IndexUse) -> None:
        self.told.append(use)
        self.more.set()

    async def recent(self) -> list[IndexUse]:
        return self.told


async def test_a_change_is_followed_and_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_index, "_LOOK_S", 1e6)
    world, notes = World(), Notes()
    opening = open_live_index(
        world.follower, world._opening, clock=lambda: world.now, service="retriever", uses=notes
    )
    async with opening as live, asyncio.timeout(PATIENCE_S):
        await notes.more.wait()
        notes.more.clear()
        world.flip("one")
        while notes.told[-1].answers != "one":
            await notes.more.wait()
            notes.more.clear()
        with live.using() as (name, _):
            assert name == "one"
