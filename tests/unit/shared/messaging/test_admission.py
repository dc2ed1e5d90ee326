"""Who is let in, when, and who is turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from ragline.background import beside
from ragline.errors import DeadlineExceeded, Overloaded
from ragline.messaging.admission import Admission, AdmissionLimits
from ragline.messaging.assignment import Assignment
from ragline.messaging.backlog import Backlog
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics

LIMITS = AdmissionLimits(concurrency=32, max_waiting=2_048, work_s=1.0)


class Pipeline:
    """The stages behind, which finish only what the test says."""

    def __init__(self, *, window: int = 2, **limits: float) -> None:
        self.now = 0.0
        self.done = 0
        self.lag = 0
        self.backlog = Backlog(clock=lambda: self.now, least_window=window, target_s=0.001)
        bounds = replace(LIMITS, **limits)  # type: ignore[arg-type]
        self.waiting = WaitingTasks()
        self.assignment = Assignment()
        self.admission = Admission(
            backlog=self.backlog,
            limits=bounds,
            metrics=Metrics(),
            waiting=self.waiting,
            assignment=self.assignment,
        )
        self.served: list[str] = []
        self.look()

    def learn(self, rate: int) -> None:
        """Have the stages behind do `rate` a second for long enough to be believed."""
        self.lag = 1_000
        for _ in range(30):
            self.now += 1
            self.done += rate
            self.look()
        self.lag = 0
        self.look()

    def look(self) -> None:
        self.backlog.observe(lag=self.lag, done=self.done)
        self.admission.release()

    async def finish(self, count: int, *, seconds: float = 1.0) -> None:
        self.now += seconds
        self.done += count
        self.lag -= count
        self.look()
        await settled()

    async def ask(self, tenant: str, *, seconds: float = 60.0, name: str | None = None) -> None:
        async with self.admission.turn(tenant, seconds=seconds):
            self.lag += 1
            self.served.append(name or tenant)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def start(*asks: Coroutine[Any, Any, None]) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(ask) for ask in asks]
    await settled()
    return tasks


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_with_room_behind_nobody_waits() -> None:
    pipeline = Pipeline()
    await pipeline.ask("a")
    assert pipeline.served == ["a"]


async def test_only_as_much_is_released_as_the_stages_behind_can_do() -> None:
    pipeline = Pipeline(window=2)
    tasks = await start(*(pipeline.ask("a", name=f"a{n}") for n in range(5)))
    assert pipeline.served == ["a0", "a1"]
    await pipeline.finish(1)
    assert pipeline.served == ["a0", "a1", "a2"]
    await ended(tasks)


async def test_a_quiet_tenant_is_served_next_whatever_the_other_s_burst() -> None:
    pipeline = Pipeline(window=2)
    tasks = await start(*(pipeline.ask("loud") for _ in range(50)))
    tasks += await start(pipeline.ask("quiet"))
    await pipeline.finish(2)
    assert pipeline.served == ["loud", "loud", "loud", "quiet"]
    await ended(tasks)


async def test_what_would_come_after_its_deadline_is_shed_with_a_time_to_come_back() -> None:
    pipeline = Pipeline(window=4)
    pipeline.learn(2)
    tasks = await start(*(pipeline.ask("a") for _ in range(4)))
    tasks += await start(*(pipeline.ask("a") for _ in range(20)))
    with pytest.raises(Overloaded) as refused:
        await pipeline.ask("a", seconds=5.0)
    assert refused.value.retry_after is not None
    assert 4 <= refused.value.retry_after <= 9
    tasks += await start(pipeline.ask("a", seconds=60.0))  # whoever has time may wait
    assert not tasks[-1].done()
    await ended(tasks)


async def test_a_tenant_s_burst_sheds_its_own_questions_not_another_s() -> None:
    pipeline = Pipeline(window=4)
    pipeline.learn(2)
    tasks = await start(*(pipeline.ask("loud") for _ in range(4)))
    tasks += await start(*(pipeline.ask("loud") for _ in range(40)))
    with pytest.raises(Overloaded):
        await pipeline.ask("loud", seconds=10.0)
    tasks += await start(pipeline.ask("quiet", seconds=10.0))
    assert not tasks[-1].done()
    await ended(tasks)


async def test_a_member_with_half_of_the_questions_counts_on_half_of_the_capacity() -> None:
    pipeline = Pipeline(window=4)
    pipeline.learn(2)
    tasks = await start(*(pipeline.ask("a") for _ in range(4)))
    tasks += await start(*(pipeline.ask("a") for _ in range(10)))
    await ended(await start(pipeline.ask("a", seconds=10.0)))
    pipeline.assignment.share = 0.5
    with pytest.raises(Overloaded):
        await pipeline.ask("a", seconds=10.0)
    await ended(tasks)


async def test_the_line_of_one_tenant_is_bounded() -> None:
    pipeline = Pipeline(window=1, max_waiting=3)
    tasks = await start(*(pipeline.ask("a", seconds=3_600) for _ in range(4)))
    with pytest.raises(Overloaded):
        await pipeline.ask("a", seconds=3_600)
    tasks += await start(pipeline.ask("b", seconds=3_600))
    assert not tasks[-1].done()
    await ended(tasks)


async def test_a_turn_that_does_not_come_in_time_expires() -> None:
    pipeline = Pipeline(window=1)
    await pipeline.ask("a")
    with pytest.raises(DeadlineExceeded):
        await pipeline.ask("a", seconds=0.01)
    assert len(pipeline.served) == 1


async def test_concurrency_is_bounded_and_places_come_back() -> None:
    pipeline = Pipeline(window=100, concurrency=1)
    go = asyncio.Event()

    async def slow() -> None:
        async with pipeline.admission.turn("a", seconds=60):
            await go.wait()

    tasks = await start(slow(), pipeline.ask("b"))
    assert pipeline.served == []
    go.set()
    await asyncio.gather(*tasks)
    assert pipeline.served == ["b"]


@pytest.mark.parametrize("released", [False, True])
async def test_one_that_is_given_up_takes_no_place_with_it(released: bool) -> None:
    pipeline = Pipeline(window=1)
    tasks = await start(pipeline.ask("a"), pipeline.ask("gone"), pipeline.ask("next"))
    assert len(pipeline.waiting.tasks) == 2
    pipeline.now += 1
    pipeline.done += 1
    pipeline.lag = 0
    if released:
        pipeline.look()  # its turn comes in the same moment as its end
    tasks[1].cancel()
    pipeline.look()
    await settled()
    await pipeline.finish(1)
    assert pipeline.served == ["a", "next"]
    assert not pipeline.waiting.tasks
    await ended(tasks)


async def test_without_any_look_at_the_lag_nothing_is_held_back() -> None:
    pipeline = Pipeline(window=1)
    pipeline.now += 60
    await asyncio.gather(*(pipeline.ask("a") for _ in range(10)))
    assert len(pipeline.served) == 10


async def test_who_waits_is_let_in_when_the_backlog_shrinks_unseen() -> None:
    pipeline = Pipeline(window=1)
    async with beside(pipeline.admission.release_forever(every_s=0.001)):
        tasks = await start(*(pipeline.ask("a", name=f"a{n}") for n in range(2)))
        assert pipeline.served == ["a0"]
        pipeline.lag = 0
        pipeline.backlog.observe(lag=0, done=1)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*tasks)
    assert pipeline.served == ["a0", "a1"]
