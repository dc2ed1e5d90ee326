"""The drift watch reads the right hours, shows what it finds, and logs beginnings and ends."""

from __future__ import annotations

import logging
import math
from datetime import timedelta

import pytest
from tests.unit.monitor.memory import NOW, FakeMemory

from ragline.observability.metrics import Metrics
from ragline_monitor.drift_watch import DriftWatch
from ragline_monitor.history import hour_of
from ragline_monitor.ports import Tally
from ragline_monitor.settings import MonitorGroup


class Watched(FakeMemory):
    """A history that can go away."""

    up = True

    async def hours(self, first: int, last: int) -> list[Tally] | None:
        return await super().hours(first, last) if self.up else None

    async def hour(self, ago: float, **intents: float) -> None:
        await self.add(
            NOW - timedelta(hours=ago), {f"intent:{name}": n for name, n in intents.items()}
        )


class World:
    def __init__(self) -> None:
        self.memory = Watched()
        self.metrics = Metrics()
        self.watch = DriftWatch(
            history=self.memory,
            gauges=self.metrics,
            clock=lambda: NOW,
            limits=MonitorGroup(drift_least_answers=100).signal_limits(),
            window_hours=2,
            reference_days=1,
        )

    def gauge(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(
            f"ragline_drift_{name}", {"signal": "intents"}
        )


@pytest.fixture
def world() -> World:
    return World()


async def test_the_last_hours_are_compared_with_the_days_before_them(world: World) -> None:
    await world.memory.hour(0, a=50)
    await world.memory.hour(1, a=50)
    await world.memory.hour(2, b=50)  # the youngest of the past
    await world.memory.hour(25, b=50)  # its oldest
    await world.memory.hour(26, a=10_000)  # older than both windows
    await world.watch.look()
    assert world.gauge("alarm") == 1
    assert world.gauge("index") == pytest.approx(2 * (1 / 1.01) * math.log(1.005 / 0.005))


async def test_an_alarm_is_logged_when_it_begins_and_when_it_ends(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await world.memory.hour(1, a=100)
    await world.memory.hour(5, b=100)
    for _ in range(3):
        await world.watch.look()
    assert [record.message[:19] for record in caplog.records] == ["intents have drifte"]

    await world.memory.hour(5, a=10_000)
    for _ in range(3):
        await world.watch.look()
    assert [record.message for record in caplog.records][1:] == [
        "intents drift no more: index 0.011"
    ]
    assert world.gauge("alarm") == 0


async def test_with_too_few_answers_the_alarm_ends_and_says_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.memory.hour(1, a=100)
    await world.memory.hour(5, b=100)
    await world.watch.look()
    world.memory.history[hour_of(NOW - timedelta(hours=1))].clear()
    await world.watch.look()
    assert caplog.records[-1].message == "intents drift no more: too few answers to tell"
    index = world.gauge("index")
    assert index is not None
    assert math.isnan(index)


async def test_while_the_history_cannot_be_read_what_was_said_stands(world: World) -> None:
    await world.memory.hour(1, a=100)
    await world.memory.hour(5, b=100)
    await world.watch.look()
    world.memory.up = False
    await world.watch.look()
    assert world.gauge("alarm") == 1
