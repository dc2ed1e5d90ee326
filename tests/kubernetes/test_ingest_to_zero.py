"""KEDA's operator ends all ingestors while nothing waits, and starts one for the first record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from tests.own_overlay import own_overlay

from ragline.contracts.topics import DOCUMENTS, DOCUMENTS_OCR, RETRY_10M, Service, Topic
from ragline.messaging.kafka_clients import open_producer
from ragline_cli.kafka.client import COMMAND_LINE

from .autoscaling import ScaledStage, open_backlog, scaled_stage, stage_kafka, until

pytestmark = pytest.mark.slow

A_POD = 48
PARTITIONS = 12
COOLDOWN_S = 5


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScaledStage]:
    """The ingestor of the overlay `prod` with the component, for which all that is slow is fast."""
    folder = tmp_path_factory.mktemp("overlay")
    overlay = own_overlay(folder, "ingest-to-zero", base="prod", namespace="ragline")
    place = tmp_path_factory.mktemp("ingest-to-zero")
    with scaled_stage(place, autoscaling_s=1, service=Service.INGESTOR, overlay=overlay) as found:
        found.hurry(cooldownPeriod=COOLDOWN_S)
        yield found


async def asleep(stage: ScaledStage) -> None:
    await until(lambda: stage.replicas() == 0 and stage.ready() == 0)


async def stays_awake(stage: ScaledStage) -> None:
    """Look for longer than KEDA waits before it ends the last pod."""
    end = time.monotonic() + 4 * COOLDOWN_S
    while time.monotonic() < end:
        assert stage.replicas() == 1
        await asyncio.sleep(0.2)


async def test_a_record_wakes_it_whose_group_has_never_committed(stage: ScaledStage) -> None:
    await asleep(stage)
    async with open_producer(stage_kafka(stage), COMMAND_LINE) as producer:
        await producer.send_and_wait(DOCUMENTS_OCR.name, b"{}")
    await until(lambda: stage.ready() == 1)
    await stays_awake(stage)
    async with open_backlog(stage, DOCUMENTS_OCR):  # which commits that all is worked off
        await asleep(stage)


# a record that is to be tried again waits in its topic, and is not committed meanwhile
@pytest.mark.parametrize("topic", [DOCUMENTS, RETRY_10M], ids=lambda topic: topic.name)
async def test_one_record_wakes_it_and_keeps_it_awake_until_it_is_worked_off(
    stage: ScaledStage, topic: Topic
) -> None:
    async with open_backlog(stage, topic) as backlog:
        await asleep(stage)
        await backlog.come(1)
        await until(lambda: stage.ready() == 1)
        await until(lambda: stage.lag(topic) == 0)  # the HPA is told of none: no offset moves
        await stays_awake(stage)

        await backlog.work(PARTITIONS)
        assert backlog.lag == 0
        await asleep(stage)


async def test_a_burst_that_wakes_it_gets_more_pods_and_all_end_with_it(stage: ScaledStage) -> None:
    async with open_backlog(stage, DOCUMENTS) as backlog:
        await asleep(stage)
        await backlog.come(6 * A_POD)

        async def at_work() -> None:
            await backlog.come(PARTITIONS)
            await backlog.work(PARTITIONS)

        await until(lambda: stage.ready() >= 4, beside=at_work)
        await backlog.work(100_000)
        await asleep(stage)


async def test_it_sleeps_on_while_kafka_is_away_and_wakes_afterwards(stage: ScaledStage) -> None:
    async with open_backlog(stage, DOCUMENTS):
        await asleep(stage)
    stage.kafka.kill()
    try:
        await asyncio.sleep(2 * COOLDOWN_S)
        assert stage.replicas() == 0
    finally:
        await asyncio.to_thread(stage.kafka.start)
    async with open_backlog(stage, DOCUMENTS) as backlog:
        await backlog.come(1)
        await until(lambda: stage.ready() == 1)
        await backlog.work(PARTITIONS)
        await asleep(stage)
