"""KEDA's operator and the HPA scale the overlay's retriever by its lag on a real, secured Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from .autoscaling import Backlog, ScaledStage, open_backlog, scaled_stage, until

pytestmark = pytest.mark.slow

A_POD = 48
PARTITIONS = 24
LEAST = 2


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScaledStage]:
    """The stage, for which all that is slow on purpose is fast."""
    with scaled_stage(tmp_path_factory.mktemp("autoscaling"), autoscaling_s=1) as found:
        found.hurry()
        yield found


@pytest.fixture
async def backlog(stage: ScaledStage) -> AsyncIterator[Backlog]:
    """An empty backlog, before and after."""
    async with open_backlog(stage) as found:
        yield found
        await until(lambda: stage.replicas() == LEAST, beside=lambda: found.work(100_000))


async def test_pods_follow_the_lag_and_become_ready(stage: ScaledStage, backlog: Backlog) -> None:
    assert stage.replicas() == LEAST
    await backlog.come(10 * A_POD)

    # a partition whose offset does not move counts as stopped
    async def at_work() -> None:
        await backlog.come(PARTITIONS)
        await backlog.work(PARTITIONS)

    # with those that have just come there is work for half a pod more, and an HPA keeps a pod that
    # is a tenth too many
    await until(lambda: stage.ready() in {10, 11}, beside=at_work)


async def test_there_is_never_more_than_a_pod_for_each_partition(
    stage: ScaledStage, backlog: Backlog
) -> None:
    await backlog.come(100 * A_POD)
    seen: set[int] = set()

    async def at_work() -> None:
        await backlog.work(PARTITIONS)
        seen.add(stage.replicas())

    await until(lambda: stage.ready() == PARTITIONS, beside=at_work)
    await until(lambda: backlog.lag < 90 * A_POD, beside=at_work)

    assert max(seen) == PARTITIONS


async def test_a_partition_that_has_stopped_starts_no_pods(
    stage: ScaledStage, backlog: Backlog
) -> None:
    await backlog.come(20 * A_POD, only=0)
    await backlog.come(PARTITIONS)

    async def others_work() -> None:
        await backlog.come(PARTITIONS)
        await backlog.work(PARTITIONS, but=0)

    await until(lambda: 0 < stage.lag() < A_POD, beside=others_work)
    assert backlog.lag > 20 * A_POD
    await until(lambda: stage.replicas() == LEAST, beside=others_work)


async def test_pods_stay_while_kafka_is_away(stage: ScaledStage, backlog: Backlog) -> None:
    await backlog.come(6 * A_POD)

    async def at_work() -> None:
        await backlog.come(PARTITIONS)
        await backlog.work(PARTITIONS)

    await until(lambda: stage.replicas() >= 6, beside=at_work)
    stage.kafka.kill()
    try:
        await until(lambda: not stage.autoscaler_works())
        assert stage.replicas() >= 6
    finally:
        await asyncio.to_thread(stage.kafka.start)
    await until(lambda: stage.autoscaler_works() and stage.replicas() >= 6, beside=at_work)
