"""Shadows on real topics and real stages: what they report, and that they leave no trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from redis.asyncio import Redis
from tests.patience import PATIENCE_S, patient_redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.index_uses import RedisIndexUses
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, QUERIES
from ragline.errors import Misconfigured
from ragline.messaging.kafka_clients import open_producer
from ragline.ports.indexes import IndexUse
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.shadow.configuration import (
    COLLECTION,
    PLANS,
    applied,
    second_configuration,
)
from ragline_cli.shadow.options import Counts, ShadowOptions
from ragline_cli.shadow.run import State, run_shadow
from ragline_cli.shadow.stop_request import StopRequest
from ragline_evaluation.shadow.figures import Run, ShadowReport
from ragline_evaluation.shadow.report import report
from ragline_evaluation.shadow.sampling import sampled
from ragline_evaluation.shadow.tally import Tally

from .conftest import ALARMS, GROUP, MOON, QUEUES, SALARIES, LivePipeline

Publishing = Callable[[AIOKafkaProducer], Awaitable[None]]


async def nothing(_producer: AIOKafkaProducer) -> None:
    """Publish nothing."""


async def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE_S):
        while not happened():
            await asyncio.sleep(0.1)


class Shadow:
    """A shadow of the live pipeline, started and stopped by the test."""

    def __init__(
        self, pipeline: LivePipeline, name: str, stated: Mapping[str, str], **options: Any
    ) -> None:
        self.live = pipeline
        self.stated = stated
        given = {"share": 1.0, "at_once": 4, "behind_s": 30.0, "wait_s": 5.0, "seconds": PATIENCE_S}
        self.options = ShadowOptions(name=name, **(given | options))
        self.state = State(counts=Counts(), tally=Tally(examples=5, texts=True))
        self.listening = asyncio.Event()
        self.stop = StopRequest()

    @property
    def traffic(self) -> Mapping[str, int]:
        """What became of the questions so far."""
        return self.state.counts.as_dict()

    async def run(self, publishing: Publishing = nothing) -> ShadowReport:
        """Publish once the shadow listens, and return its report."""
        configuration = second_configuration(self.stated, addresses=self.live.environment, given={})
        began = utc_now()
        with applied(configuration.environment):
            running = asyncio.create_task(
                run_shadow(
                    self.live.kafka,
                    self.options,
                    self.state,
                    self.stop,
                    on_listening=self.listening.set,
                )
            )
            await self._publish(publishing, running)
            await running
        run = Run(
            name=self.options.name,
            share=self.options.share,
            started_at=began,
            ended_at=utc_now(),
            settings=configuration.settings,
            traffic=self.traffic,
        )
        return report(self.state.tally, run)

    async def _publish(self, publishing: Publishing, running: asyncio.Task[None]) -> None:
        waiting = asyncio.create_task(self.listening.wait())
        await asyncio.wait([waiting, running], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not running.done():
            async with open_producer(self.live.kafka, COMMAND_LINE) as producer:
                await publishing(producer)


@pytest.fixture
def name() -> str:
    return f"test-{uuid4().hex[:8]}"


@asynccontextmanager
async def leaving_no_trace(pipeline: LivePipeline, redis_url: str) -> AsyncIterator[None]:
    """Make sure that topics hold nothing more than the test published, and Redis nothing new."""
    async with Redis.from_url(redis_url) as redis:
        before, published = await pipeline.sizes(), pipeline.published.copy()
        keys = set(await redis.keys("*"))
        yield
        assert await pipeline.sizes() - before == pipeline.published - published
        assert set(await redis.keys("*")) == keys


async def test_no_change_of_the_live_index_waits_for_a_shadow(
    pipeline: LivePipeline, name: str, redis_url: str
) -> None:
    """Else no index could become live while a shadow judges it: it never opens another one."""
    async with open_redis(patient_redis(url=redis_url)) as redis:
        uses = RedisIndexUses(redis)
        began = utc_now()
        noted: list[IndexUse] = []

        async def publishing(producer: AIOKafkaProducer) -> None:
            noted.extend(each for each in await uses.recent() if each.at >= began)
            await pipeline.publish(producer, QUEUES)

        await Shadow(pipeline, name, {}, limit=1).run(publishing)
    assert noted == []


async def test_other_plans_are_reported_and_nothing_is_written(
    pipeline: LivePipeline, name: str, plans_file: Path, redis_url: str
) -> None:
    async def publishing(producer: AIOKafkaProducer) -> None:
        await producer.send_and_wait(QUERIES.name, b"no JSON")
        pipeline.published[QUERIES.name] += 1
        for text in (QUEUES, ALARMS, MOON):
            await pipeline.publish(producer, text)

    async with leaving_no_trace(pipeline, redis_url):
        found = await Shadow(pipeline, name, {PLANS: str(plans_file)}, limit=3).run(publishing)
    assert found.run.traffic["pairs"] == found.pairs == 3
    assert found.run.traffic["poison_queries"] == 1
    assert sorted(found.statuses) == [("answered", "answered", 2), ("refused", "refused", 1)]
    assert {shadow for _, shadow, _ in found.plans} == {"balanced"}
    assert found.plan_changed.count >= 1
    assert found.intent_changed.count == 0
    assert [each.name for each in found.run.settings] == [PLANS]
    assert [each.questions for each in found.latency] == [3] * 5
    total = found.latency[-1]
    assert total.stage == "total"
    assert min(total.p50) > 0


async def test_another_collection_is_reported(pipeline: LivePipeline, name: str) -> None:
    async def publishing(producer: AIOKafkaProducer) -> None:
        for text in (QUEUES, ALARMS, MOON):
            await pipeline.publish(producer, text)

    found = await Shadow(pipeline, name, {COLLECTION: pipeline.second}, limit=3).run(publishing)
    assert (found.newly_refused, found.newly_answered) == (1, 0)
    assert found.answers.both == 1
    assert found.answers.mean_overlap == 1.0
    changed = found.most_different[0]
    assert (changed.question, changed.documents) == (ALARMS, (("alarms.md",), ()))
    assert changed.reasons[0] is None
    assert changed.reasons[1] is not None


async def test_who_may_not_read_a_document_may_not_in_the_shadow_either(
    pipeline: LivePipeline, name: str
) -> None:
    async def publishing(producer: AIOKafkaProducer) -> None:
        await pipeline.publish(producer, SALARIES)
        await pipeline.publish(producer, SALARIES, groups=(GROUP,))

    found = await Shadow(pipeline, name, {COLLECTION: pipeline.second}, limit=2).run(publishing)
    assert sorted(found.statuses) == [("answered", "answered", 1), ("refused", "refused", 1)]
    assert found.answers.mean_overlap == 1.0


async def test_a_restart_goes_on_where_the_first_run_stopped(
    pipeline: LivePipeline, name: str
) -> None:
    asked: list[str] = []

    async def publishing(producer: AIOKafkaProducer) -> None:
        asked.extend([await pipeline.publish(producer, QUEUES) for _ in range(3)])

    first = await Shadow(pipeline, name, {}, limit=2).run(publishing)
    assert first.pairs == 2
    committed = await pipeline.both_committed(name)
    async with open_producer(pipeline.kafka, COMMAND_LINE) as producer:  # nobody listens just now
        asked.append(await pipeline.publish(producer, ALARMS))
    second = await Shadow(pipeline, name, {}, limit=2).run()
    assert second.pairs == 2
    assert first.run.traffic["repeats"] == second.run.traffic["repeats"] == 0
    moved = await pipeline.both_committed(name)
    assert moved[0] - committed[0] == 2
    assert moved[1] > committed[1]
    third = await Shadow(pipeline, name, {}, seconds=2.0).run()
    assert third.run.traffic == dict.fromkeys(third.run.traffic, 0)


async def test_a_new_shadow_begins_at_the_end(pipeline: LivePipeline, name: str) -> None:
    async with open_producer(pipeline.kafka, COMMAND_LINE) as producer:
        await pipeline.publish(producer, QUEUES)
    found = await Shadow(pipeline, name, {}, seconds=1.0).run()
    assert found.run.traffic == dict.fromkeys(found.run.traffic, 0)
    ended = await pipeline.both_committed(name)
    sizes = await pipeline.sizes()
    assert ended == (sizes[QUERIES.name], sizes[ANSWERS.name])


async def test_only_the_share_is_run_and_live_answers_may_stay_away(
    pipeline: LivePipeline, name: str
) -> None:
    shadow = Shadow(pipeline, name, {}, share=0.5, wait_s=1.0)
    asked: list[str] = []

    async def publishing(producer: AIOKafkaProducer) -> None:
        asked.extend([await pipeline.publish(producer, QUEUES, answered=False) for _ in range(8)])
        await until(lambda: shadow.traffic["unpaired"] + shadow.traffic["not_sampled"] == 8)
        shadow.stop.requested.set()

    found = await shadow.run(publishing)
    wanted = sum(sampled(each, 0.5) for each in asked)
    traffic = found.run.traffic
    assert (traffic["sampled"], traffic["unpaired"], traffic["not_sampled"]) == (
        wanted,
        wanted,
        8 - wanted,
    )
    assert found.pairs == 0


async def test_two_shadows_run_side_by_side(pipeline: LivePipeline, name: str) -> None:
    one, other = (Shadow(pipeline, f"{name}-{which}", {}, limit=1) for which in ("one", "other"))

    async def publishing(producer: AIOKafkaProducer) -> None:
        await other.listening.wait()
        await pipeline.publish(producer, QUEUES)

    found = await asyncio.gather(one.run(publishing), other.run())
    assert [each.pairs for each in found] == [1, 1]


async def test_two_instances_of_one_shadow_share_the_questions(
    pipeline: LivePipeline, name: str
) -> None:
    first, second = (Shadow(pipeline, name, {}) for _ in range(2))

    async def publishing(producer: AIOKafkaProducer) -> None:
        await second.listening.wait()  # until the partitions are shared out
        for _ in range(12):
            await pipeline.publish(producer, QUEUES)
        await until(lambda: first.traffic["pairs"] + second.traffic["pairs"] == 12)
        first.stop.requested.set()
        second.stop.requested.set()

    found = await asyncio.gather(first.run(publishing), second.run())
    assert sum(each.pairs for each in found) == 12
    assert all(each.pairs for each in found)
    assert sum(each.run.traffic["unpaired"] for each in found) == 0


async def test_a_store_that_is_down_is_an_entry_in_the_report(
    pipeline: LivePipeline, name: str
) -> None:
    async def publishing(producer: AIOKafkaProducer) -> None:
        await pipeline.publish(producer, QUEUES)

    down = {"RAGLINE_VECTOR_STORE__URL": "postgresql://ragline@127.0.0.1:1/none"}
    found = await Shadow(pipeline, name, down, limit=1).run(publishing)
    assert found.statuses == [("answered", "failed", 1)]
    assert found.failures["unavailable"]["count"] == 1
    assert [each.otherwise for each in found.run.settings] == ["(secret)"]


async def test_a_collection_that_does_not_exist_is_refused_and_not_made(
    pipeline: LivePipeline, name: str
) -> None:
    for _ in range(2):
        with pytest.raises(Misconfigured, match="no collection Typo"):
            await Shadow(pipeline, name, {COLLECTION: "Typo"}).run()
