"""A look at the pipeline: every stage's lag, members and pace, and the dead letters."""

from __future__ import annotations

from collections.abc import Collection

from tests.unit.monitor.conftest import BreakableViews
from tests.unit.monitor.memory import NOW

from ragline.contracts.indexes import ONLY_BASE, Index, IndexesChanged
from ragline.contracts.topics import Service, consumed_by
from ragline.messaging.lag import GroupTopic, Look
from ragline.ports.views import IndexState
from ragline_monitor.pipeline_look import PipelineLook

NAMES = ["classifier", "retriever", "reranker", "generator", "ingestor"]


class Broker:
    """Knows how much each group has done."""

    def __init__(self) -> None:
        self.done, self.lag = 0, 3
        self.lag_of_new: int | None = None
        self.asked: list[set[GroupTopic]] = []

    async def look_at_each(self, wanted: Collection[GroupTopic]) -> dict[GroupTopic, Look]:
        self.asked.append(set(wanted))
        return {each: self._look(each) for each in wanted}

    def _look(self, wanted: GroupTopic) -> Look:
        of_new = self.lag_of_new is not None and wanted.group.endswith("@new")
        lag = (self.lag_of_new or 0) if of_new else self.lag
        return Look(lag=lag, done=self.done, members=2)

    async def stored(self, topic: str) -> int:
        assert topic == "dead-letters"
        return 7


class World:
    def __init__(self) -> None:
        self.views = BreakableViews()
        self.broker = Broker()
        self.failures = 0
        self.now = 100.0
        self.indexes = ONLY_BASE
        self.gauges: dict[tuple[str, str], float] = {}
        self.look = PipelineLook(
            views=self.views,
            on_failure=self.failed,
            indexes=lambda: self.indexes,
            gauges=self,
            now=lambda: NOW,
            clock=lambda: self.now,
        )

    def set(self, name: str, value: float, **labels: str) -> None:
        (label,) = labels.values()
        self.gauges[name, label] = value

    def failed(self) -> None:
        self.failures += 1

    async def later(self, *, seconds: float, done: int) -> list[float | None]:
        self.now += seconds
        self.broker.done += done
        await self.look(self.broker)
        state = await self.views.pipeline()
        assert state is not None
        return [stage.per_second for stage in state.stages]


async def test_every_stage_is_looked_at_on_its_own_topic() -> None:
    world = World()
    await world.look(world.broker)
    state = await world.views.pipeline()

    assert state is not None
    assert [stage.stage for stage in state.stages] == NAMES
    assert {(stage.lag, stage.members) for stage in state.stages} == {(3, 2)}
    assert (state.dead_letters, state.seen_at) == (7, NOW)
    (asked,) = world.broker.asked
    assert {
        "ragline.classifier.queries",
        "ragline.retriever.intents",
        "ragline.reranker.candidates",
        "ragline.generator.ranked",
        "ragline.ingestor.documents",
    } <= {each.group for each in asked}


async def test_what_waits_for_the_ingestor_is_measured_on_each_of_its_topics() -> None:
    world = World()
    await world.look(world.broker)
    assert world.gauges == {
        ("ragline_ingest_lag", topic.name): 3 for topic in consumed_by(Service.INGESTOR)
    }
    world.broker.lag = 0
    await world.look(world.broker)
    assert set(world.gauges.values()) == {0}
    assert len(world.broker.asked) == 2


async def test_the_pace_is_from_two_looks() -> None:
    world = World()
    assert await world.later(seconds=0, done=1_000) == [None] * 5
    assert await world.later(seconds=2, done=5) == [2.5] * 5
    assert await world.later(seconds=2, done=0) == [0.0] * 5


async def test_it_is_idle_when_nothing_waits_and_nothing_was_done_since_the_last_look() -> None:
    world = World()
    await world.look(world.broker)
    assert not world.look.idle
    world.broker.lag = 0
    await world.later(seconds=2, done=3)
    assert not world.look.idle
    await world.later(seconds=2, done=0)
    assert world.look.idle


async def test_it_is_not_idle_while_an_index_is_being_filled() -> None:
    world = World()
    filling = (Index(name="base"), Index(name="new"))
    world.indexes = IndexesChanged(revision=1, live="base", indexes=filling)
    world.broker.lag, world.broker.lag_of_new = 0, 5
    await world.later(seconds=2, done=0)
    await world.later(seconds=2, done=0)
    assert not world.look.idle
    world.broker.lag_of_new = 0
    await world.later(seconds=2, done=0)
    assert world.look.idle


async def test_a_topic_that_was_made_anew_has_no_negative_pace() -> None:
    world = World()
    await world.later(seconds=0, done=1_000)
    assert await world.later(seconds=2, done=-900) == [0.0] * 5


async def test_views_that_are_down_are_counted_and_the_next_look_is_shown() -> None:
    world = World()
    with world.views.down():
        await world.look(world.broker)
    assert world.failures == 1
    assert await world.later(seconds=2, done=4) == [2.0] * 5


async def test_the_ingestor_is_that_of_the_live_index_and_each_index_has_its_lag() -> None:
    world = World()
    both = (Index(name="base"), Index(name="new"))
    world.indexes = IndexesChanged(revision=1, live="new", indexes=both)
    await world.look(world.broker)
    asked = {each.group for each in world.broker.asked[0]}
    assert {"ragline.ingestor.documents@new", "ragline.ingestor.documents.retry.10m@new"} <= asked
    of_indexes = {
        key: value for key, value in world.gauges.items() if key[0].startswith("ragline_index_")
    }
    assert of_indexes == {
        ("ragline_index_lag", "base"): 6,
        ("ragline_index_live", "base"): 0,
        ("ragline_index_lag", "new"): 6,
        ("ragline_index_live", "new"): 1,
    }
    state = await world.views.pipeline()
    assert state is not None
    assert state.indexes == (
        IndexState(name="base", live=False, done=0, lag=6, members=2),
        IndexState(name="new", live=True, done=0, lag=6, members=2),
    )
    world.indexes = IndexesChanged(revision=2, live="new", indexes=both[1:])
    await world.look(world.broker)
    assert world.gauges["ragline_index_lag", "base"] == 0
