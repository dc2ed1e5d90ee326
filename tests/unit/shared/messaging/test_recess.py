"""A stopped topic's consumer leaves its group, and comes back."""

from __future__ import annotations

import asyncio

from aiokafka.errors import KafkaConnectionError

from ragline.messaging import recess
from ragline.messaging.flood import FloodGuard, TopicState
from ragline.messaging.recess import Recess
from ragline.observability.metrics import Metrics
from ragline.settings import DeliverySettings


class FakeMember:
    """Notes what is asked of it; the first starts fail."""

    def __init__(self, guard: FloodGuard, failures: int = 0) -> None:
        self.calls: list[tuple[str, TopicState]] = []
        self._guard = guard
        self._failures = failures

    async def start(self) -> None:
        self.calls.append(("start", self._guard.state))
        if len([call for call, _ in self.calls if call == "start"]) <= self._failures:
            raise KafkaConnectionError("no broker")

    async def stop(self) -> None:
        self.calls.append(("stop", self._guard.state))


def world(
    failures: int = 0, *, pause_s: float = 0.001
) -> tuple[FloodGuard, FakeMember, Recess, Metrics]:
    guard = FloodGuard(DeliverySettings(flood_run=1, flood_pause_s=pause_s))
    member, metrics = FakeMember(guard, failures), Metrics()
    return guard, member, Recess("documents", member, guard, metrics), metrics


def state(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("ragline_topic_state", {"topic": "documents"})


async def test_a_topic_that_runs_is_left_alone() -> None:
    _, member, recess, metrics = world()
    await recess.take()
    assert member.calls == []
    assert state(metrics) == 0


async def test_a_stopped_topic_leaves_waits_and_comes_back_half_open() -> None:
    guard, member, recess, metrics = world()
    guard.failed("acme")
    await recess.take()
    assert member.calls == [("stop", TopicState.STOPPED), ("start", TopicState.HALF_OPEN)]
    assert state(metrics) == 1
    stops = metrics.registry.get_sample_value("ragline_topic_stops_total", {"topic": "documents"})
    assert stops == 1


async def test_an_operator_calls_it_back_before_its_time() -> None:
    guard, member, recess, _ = world(pause_s=3_600)
    recess.end()  # nobody rests yet
    guard.failed("acme")
    taking = asyncio.create_task(recess.take())
    while not member.calls:
        await asyncio.sleep(0)
    recess.end()
    await asyncio.wait_for(taking, 60)
    assert member.calls == [("stop", TopicState.STOPPED), ("start", TopicState.HALF_OPEN)]


async def test_it_comes_back_when_kafka_does() -> None:
    guard, member, taking, _ = world(failures=2)
    guard.failed("acme")
    real, recess._REJOIN_EVERY_S = recess._REJOIN_EVERY_S, 0.001
    try:
        await asyncio.wait_for(taking.take(), 5)
    finally:
        recess._REJOIN_EVERY_S = real
    assert [call for call, _ in member.calls] == ["stop", *["start", "stop"] * 2, "start"]
