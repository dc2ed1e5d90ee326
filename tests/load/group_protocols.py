"""`python -m tests.load.group_protocols`: aiokafka's classic groups beside librdkafka's new ones.

On an embedded broker, two figures for each: how fast one member reads, and the longest time for
which a member that was there got no record when a third one joined and when it left.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from confluent_kafka.aio import AIOConsumer

from ragline.contracts.topics import QUERIES
from ragline.messaging.kafka_clients import open_consumer, open_producer
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running

RECORDS = 100_000
VALUE = b"x" * 1_000
PER_S = 400
STEADY_S = 12.0
BATCH = 500

Poll = Callable[[], Awaitable[int]]
"""Waits for at most 200 ms and returns how many records came."""


@asynccontextmanager
async def classic(kafka: KafkaSettings, topic: str, group: str) -> AsyncIterator[Poll]:
    """A member as Ragline's are."""
    async with open_consumer(kafka, COMMAND_LINE, topics=(topic,), group_id=group) as consumer:

        async def poll() -> int:
            found = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            return sum(map(len, found.values()))

        yield poll


@asynccontextmanager
async def consumer_protocol(kafka: KafkaSettings, topic: str, group: str) -> AsyncIterator[Poll]:
    """A member by KIP-848."""
    consumer = AIOConsumer(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "group.id": group,
            "group.protocol": "consumer",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    await consumer.subscribe([topic])
    try:

        async def poll() -> int:
            return len(await consumer.consume(BATCH, 0.2))

        yield poll
    finally:
        await consumer.close()


OpenMember = Callable[[KafkaSettings, str, str], AbstractAsyncContextManager[Poll]]
"""Joins a group, by its name, that reads a topic."""

MEMBERS: dict[str, OpenMember] = {
    "aiokafka, classic": classic,
    "librdkafka, KIP-848": consumer_protocol,
}


async def rate(open_member: OpenMember, kafka: KafkaSettings, topic: str) -> float:
    """Return how many records a second one member reads, from its first to the last one."""
    async with open_member(kafka, topic, uuid4().hex) as poll:
        while not (done := await poll()):
            pass
        began = time.perf_counter()
        first = done
        while done < RECORDS:
            done += await poll()
        return (done - first) / (time.perf_counter() - began)


async def longest_gaps(
    open_member: OpenMember, kafka: KafkaSettings, topic: str
) -> dict[str, float]:
    """Return, in seconds, the longest time without a record of two members: when a third comes."""
    group, phase = uuid4().hex, "steady"
    gaps: dict[str, float] = {}
    ending = asyncio.Event()

    async def member() -> None:
        async with open_member(kafka, topic, group) as poll:
            last = time.perf_counter()
            while not ending.is_set():
                if await poll():
                    now = time.perf_counter()
                    gaps[phase] = max(gaps.get(phase, 0.0), now - last)
                    last = now

    async with open_producer(kafka, COMMAND_LINE) as producer:
        feeding = asyncio.create_task(feed(producer, topic, ending))
        members = [asyncio.create_task(member()) for _ in range(2)]
        await asyncio.sleep(STEADY_S)  # both have joined
        gaps.clear()
        await asyncio.sleep(STEADY_S)
        phase = "joins"
        async with open_member(kafka, topic, group) as poll:
            until = time.perf_counter() + STEADY_S
            while time.perf_counter() < until:
                await poll()
            phase = "leaves"
        await asyncio.sleep(STEADY_S)
        ending.set()
        await asyncio.gather(feeding, *members)
    return gaps


async def feed(producer: AIOKafkaProducer, topic: str, ending: asyncio.Event) -> None:
    """Publish at a constant rate, each partition in turn."""
    number = 0
    while not ending.is_set():
        await producer.send(topic, VALUE, partition=number % QUERIES.partitions)
        number += 1
        await asyncio.sleep(1 / PER_S)


async def measure(kafka: KafkaSettings, filled: str, fed: str) -> dict[str, Any]:
    """Return all figures."""
    async with open_producer(kafka, COMMAND_LINE) as producer:
        sent = [
            await producer.send(filled, VALUE, partition=n % QUERIES.partitions)
            for n in range(RECORDS)
        ]
        await asyncio.gather(*sent)
    found: dict[str, Any] = {}
    for name, open_member in MEMBERS.items():
        found[name] = {
            "records a second": round(await rate(open_member, kafka, filled)),
            "longest gap, s": {
                phase: round(gap, 2)
                for phase, gap in (await longest_gaps(open_member, kafka, fed)).items()
            },
        }
    return found


def main() -> None:
    """Start a broker, measure, print."""
    topics = [replace(QUERIES, name=name) for name in ("filled", "fed")]
    with (
        tempfile.TemporaryDirectory() as folder,
        running(KafkaServer(Path(folder) / "kafka")) as server,
    ):
        server.create_topics(topics=topics)
        kafka = KafkaSettings(bootstrap_servers=server.bootstrap_servers)
        print(json.dumps(asyncio.run(measure(kafka, "filled", "fed")), indent=2))


if __name__ == "__main__":
    main()
