"""Publishing to a real broker that refuses: a record, a client, a producer for good."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from pydantic import SecretStr

from ragline.contracts.dead_letters import Cause
from ragline.contracts.topics import MAX_RECORD_BYTES, QUERIES
from ragline.errors import InvalidEvent, Misconfigured, Unavailable
from ragline.messaging.kafka_clients import ClientProfile, check_topics, open_producer
from ragline.messaging.publisher import RecordPublisher
from ragline.settings import KafkaSettings

from .conftest import Cluster, Worker

SMALL = "small"  # a topic that takes 2,000 bytes


@dataclass
class Raw:
    """As much of a record as forwarding reads."""

    value: bytes
    key: bytes = b"k"
    headers: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def small_topic(cluster: Cluster) -> Cluster:
    """The cluster with a topic of small records."""

    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
        try:
            await admin.start()
            limit = {"max.message.bytes": "2000"}
            await admin.create_topics([NewTopic(SMALL, 1, 1, topic_configs=limit)])
        finally:
            await admin.close()

    asyncio.run(create())
    return cluster


async def test_a_producer_that_the_broker_refused_once_shows_it_and_a_new_one_goes_on(
    small_topic: Cluster,
) -> None:
    settings = KafkaSettings(bootstrap_servers=small_topic.bootstrap)
    small: Any = Raw(b"fits")
    large: Any = Raw(os.urandom(5_000))

    async with open_producer(settings, ClientProfile(client_id="lost"), unlimited=True) as producer:
        publisher = RecordPublisher(source="/test", publishers={}, producer=producer)
        await publisher.forward(SMALL, small, [])
        with pytest.raises(InvalidEvent) as caught:
            await publisher.forward(SMALL, large, [])
        assert caught.value.cause == Cause.OVERSIZE_OUTPUT

        held = asyncio.create_task(publisher.forward(SMALL, small, []))
        for _ in range(600):
            if publisher.refused:
                break
            await asyncio.sleep(0.1)
        assert "restart the service" in (publisher.refused or "")
        assert not held.done()
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
        assert publisher.refused is None

    async with open_producer(settings, ClientProfile(client_id="new"), unlimited=True) as renewed:
        publisher = RecordPublisher(source="/test", publishers={}, producer=renewed)
        await publisher.forward(SMALL, small, [])
    assert [message.value() for message in small_topic.read(SMALL)] == [b"fits", b"fits"]


async def limit_records(cluster: Cluster, topic: str, size: int) -> None:
    """Set the largest record that the broker takes on a topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    try:
        await admin.start()
        limit = {"max.message.bytes": str(size)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, limit)])
    finally:
        await admin.close()


def test_a_service_whose_producer_is_lost_is_not_alive_and_a_restart_goes_on(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    worker = start_worker()
    worker.wait_until("ready", 200)
    small = [str(uuid4()) for _ in range(200)]  # the producer has stored on every partition
    cluster.publish("queries", [question(key, "hello") for key in small])
    cluster.wait_for_answers(set(small))
    asyncio.run(limit_records(cluster, "answers", 2_000))
    key = str(uuid4())
    cluster.publish("queries", [question(key, os.urandom(4_000).hex())])

    body = worker.wait_until("live", 503)
    assert "restart the service" in body["problems"]["publishing"]
    assert key not in cluster.answers()

    worker.signal(signal.SIGKILL)
    start_worker().wait_until("ready", 200)
    answer = cluster.wait_for_answers({key})[key][0]
    assert (answer["status"], answer["error"]["code"]) == ("failed", "invalid_event")
    asyncio.run(limit_records(cluster, "answers", MAX_RECORD_BYTES))


def question(key: str, text: str) -> tuple[bytes, bytes]:
    return key.encode(), json.dumps({"query_id": key, "text": text}).encode()


async def test_refused_credentials_are_the_operators_to_mend(cluster: Cluster) -> None:
    settings = KafkaSettings(
        bootstrap_servers=cluster.bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username="someone",
        sasl_password=SecretStr("something"),
    )

    with pytest.raises(Misconfigured, match="RAGLINE_KAFKA__SASL_"):
        await check_topics(settings, (QUERIES,))


async def test_a_broker_that_is_away_is_waited_for() -> None:
    settings = KafkaSettings(bootstrap_servers="127.0.0.1:1")

    with pytest.raises(Unavailable, match="does not answer"):
        await check_topics(settings, (QUERIES,))
