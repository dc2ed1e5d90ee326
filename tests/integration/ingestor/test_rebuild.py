"""An index made anew from topics that were really compacted shows no document to more readers."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from confluent_kafka import Consumer, TopicPartition
from pydantic import SecretStr
from tests.integration.messaging.conftest import Cluster, Worker

from ragline.adapters.models import open_embedder
from ragline.adapters.stores.opening import Store, open_store
from ragline.contracts.topics import DOCUMENT_ACCESS, DOCUMENTS, Service, consumer_group
from ragline.messaging.kafka_clients import open_admin
from ragline.model_settings import EmbeddingSettings
from ragline.ports.store import Scope
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings

PAGE = "# Salaries\n\nThe board decides on salaries in spring.\n"
EAGER = {
    "cleanup.policy": "compact",
    "segment.ms": "50",
    "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "100",
    "message.timestamp.type": "LogAppendTime",
}
Key = tuple[str, str]


async def _compact_eagerly(bootstrap: str) -> None:
    topics = (DOCUMENTS.name, DOCUMENT_ACCESS.name)
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, EAGER) for name in topics]
    async with open_admin(kafka_settings(bootstrap), COMMAND_LINE) as admin:
        [node] = (await admin.describe_cluster())["brokers"]
        often = {"log.cleaner.backoff.ms": "100"}
        broker = ConfigResource(ConfigResourceType.BROKER, str(node["node_id"]), often)
        await admin.alter_configs(resources)
        await admin.alter_configs([broker])


@pytest.fixture
def compacting(cluster: Cluster) -> Cluster:
    asyncio.run(_compact_eagerly(cluster.bootstrap))
    return cluster


def publish(cluster: Cluster, topic: str, *changes: dict[str, Any]) -> None:
    cluster.publish(
        topic,
        [
            (f"default/{change['document_id']}".encode(), json.dumps(change).encode())
            for change in changes
        ],
    )


def versions(cluster: Cluster, topic: str, document_id: str) -> list[int]:
    """Return the versions of a document that the topic still holds."""
    found = read_all(cluster, topic)
    return [each["version"] for each in found if each["document_id"] == document_id]


def read_all(cluster: Cluster, topic: str) -> list[dict[str, Any]]:
    """Return the values of a compacted topic, whose offsets have gaps."""
    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "rebuild-checker"})
    try:
        begins: dict[int, int] = {}
        ends: dict[int, int] = {}
        for number in consumer.list_topics(topic, 10).topics[topic].partitions:
            begin, end = consumer.get_watermark_offsets(TopicPartition(topic, number))
            if begin < end:
                begins[number], ends[number] = begin, end
        consumer.assign([TopicPartition(topic, number, begins[number]) for number in ends])
        found = []
        while ends:  # the last record of a partition is never removed
            for message in consumer.consume(500, 0.1):
                if message.error() is None:
                    found.append(json.loads(message.value() or b"{}"))
                    number, after = message.partition() or 0, (message.offset() or 0) + 1
                    if after >= ends.get(number, after + 1):
                        del ends[number]
        return found
    finally:
        consumer.close()


def wait(for_what: str, holds: Callable[[], bool], timeout: float = 120) -> None:
    until = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < until, f"{for_what}: not within {timeout} s"
        time.sleep(0.1)


def wait_for_status(cluster: Cluster, document_id: str, version: int, count: int = 1) -> None:
    def told() -> bool:
        statuses = [json.loads(each.value()) for each in cluster.read("document-status")]
        key = (document_id, version, "content")
        named = [(s["document_id"], s["version"], s["change"]) for s in statuses]
        return named.count(key) >= count

    wait(f"a status of {document_id} {version}", told)


def read_again(cluster: Cluster) -> None:
    """Make the ingestor read both topics from their beginnings, as an operator would."""
    for topic in (DOCUMENTS, DOCUMENT_ACCESS):
        group = consumer_group(Service.INGESTOR, topic)
        consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": group})
        partitions = consumer.list_topics(topic.name, 10).topics[topic.name].partitions
        starts = [TopicPartition(topic.name, number, 0) for number in partitions]
        consumer.commit(offsets=starts, asynchronous=False)
        consumer.close()


@asynccontextmanager
async def opened(settings: VectorStoreSettings) -> AsyncIterator[Store]:
    async with (
        open_embedder(EmbeddingSettings()) as embedder,
        open_store(
            settings, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions
        ) as store,
    ):
        yield store


async def found_during(settings: VectorStoreSettings, until: Callable[[], bool]) -> list[int]:
    """Return how many hits a reader of no group had while waiting, and a reader of `hr` then."""
    most = 0
    async with opened(settings) as store:
        while not await asyncio.to_thread(until):
            hits = await store.keyword("salaries", scope=Scope(tenant="default"), limit=5)
            most = max(most, len(hits))
        outside = await store.keyword("salaries", scope=Scope(tenant="default"), limit=5)
        inside = Scope(tenant="default", groups=("hr",))
        return [
            max(most, len(outside)),
            len(await store.keyword("salaries", scope=inside, limit=5)),
        ]


def test_a_document_whose_first_version_is_compacted_away_is_shown_to_nobody_else(
    compacting: Cluster,
    start_worker: Callable[..., Worker],
    postgres_url: str,
    redis_url: str,
) -> None:
    document_id = uuid.uuid4().hex
    live, rebuilt = (
        VectorStoreSettings(
            kind=StoreKind.PGVECTOR,
            url=SecretStr(postgres_url),
            collection=f"T{uuid.uuid4().hex}",
        )
        for _ in range(2)
    )

    def ingestor(store: VectorStoreSettings) -> Worker:
        return start_worker(
            sys.executable,
            "-m",
            "ragline_ingestor",
            RAGLINE_VECTOR_STORE__KIND="pgvector",
            RAGLINE_VECTOR_STORE__URL=postgres_url,
            RAGLINE_VECTOR_STORE__COLLECTION=store.collection,
            RAGLINE_REDIS__URL=redis_url,
        )

    first = ingestor(live)
    change = {"document_id": document_id, "version": 1, "content": PAGE, "access": ["hr"]}
    publish(compacting, "documents", change)
    wait_for_status(compacting, document_id, 1)
    silent = {"document_id": document_id, "version": 2, "content": PAGE + "\nNews."}
    publish(compacting, "documents", silent)
    wait_for_status(compacting, document_id, 2)
    first.signal(signal.SIGTERM)
    first.process.wait(60)

    def compacted() -> bool:
        # a segment is closed, and may be compacted, only when there is a newer record
        others = [f"other-{number}" for number in range(24)]
        publish(
            compacting,
            "documents",
            *({"document_id": other, "version": 1, "content": "x"} for other in others),
        )
        publish(
            compacting,
            "document-access",
            *({"document_id": other, "version": 1, "access": []} for other in others),
        )
        return versions(compacting, "documents", document_id) == [2]

    wait("compaction", compacted)
    assert versions(compacting, "document-access", document_id) == [1]

    read_again(compacting)
    ingestor(rebuilt)

    def ended() -> bool:
        statuses = [json.loads(each.value()) for each in compacting.read("document-status")]
        return [(each["document_id"], each["version"], each["status"]) for each in statuses].count(
            (document_id, 2, "indexed")
        ) == 2

    outside, inside = asyncio.run(asyncio.wait_for(found_during(rebuilt, ended), 180))
    assert (outside, inside > 0) == (0, True)
