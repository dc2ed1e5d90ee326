"""How far a group must have read, on a real Kafka: to where what may be read ended at start."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from tests.integration.messaging.conftest import Cluster

from ragline.contracts.topics import DOCUMENT_ACCESS, Topic
from ragline.messaging.head_start import HeadStart, watch_head_start
from ragline.settings import KafkaSettings
from ragline_cli.kafka.topics import apply_topics

Commit = Callable[[int, int], None]


@pytest.fixture
def topic(cluster: Cluster) -> Topic:
    made = replace(DOCUMENT_ACCESS, name=f"access-{uuid.uuid4().hex[:8]}", partitions=3)
    asyncio.run(apply_topics(cluster.bootstrap, topics=[made]))
    return made


def commit(cluster: Cluster, topic: Topic, group: str, partition: int, offset: int) -> None:
    """Commit as some member of the group."""
    member = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": group})
    member.commit(offsets=[TopicPartition(topic.name, partition, offset)], asynchronous=False)
    member.close()


def transaction(cluster: Cluster, topic: Topic, name: str) -> Producer:
    """Put two records into partition 0 and one into 1, in a transaction that is still open."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "transactional.id": name})
    producer.init_transactions()
    producer.begin_transaction()
    for partition in (0, 0, 1):
        producer.produce(topic.name, key=b"default/d", value=b"{}", partition=partition)
    producer.flush()
    return producer


async def seen(head_start: HeadStart, left: int) -> None:
    """Wait until it says how far the group is."""
    async with asyncio.timeout(60):
        while f", {left} offsets to go" not in (head_start.problem() or ""):
            await asyncio.sleep(0.05)


async def test_it_ends_when_all_that_may_be_read_is_committed(
    cluster: Cluster, topic: Topic
) -> None:
    group = f"group-{topic.name}"
    done = await asyncio.to_thread(transaction, cluster, topic, topic.name)
    await asyncio.to_thread(done.commit_transaction)
    still_open = await asyncio.to_thread(transaction, cluster, topic, f"{topic.name}-open")
    head_start = HeadStart(topic)
    kafka = KafkaSettings(bootstrap_servers=cluster.bootstrap)
    watching = asyncio.create_task(watch_head_start(head_start, kafka, group))

    await seen(head_start, left=5)  # three records and the mark of each partition
    await asyncio.to_thread(commit, cluster, topic, group, 0, 3)
    await seen(head_start, left=2)
    # what comes later need not be read
    await asyncio.to_thread(still_open.commit_transaction)
    await asyncio.to_thread(commit, cluster, topic, group, 1, 2)
    async with asyncio.timeout(60):
        await watching
    assert head_start.over


async def test_an_empty_topic_holds_nobody_up(cluster: Cluster, topic: Topic) -> None:
    head_start = HeadStart(topic)
    kafka = KafkaSettings(bootstrap_servers=cluster.bootstrap)
    async with asyncio.timeout(60):
        await watch_head_start(head_start, kafka, f"group-{topic.name}")
    assert head_start.over
