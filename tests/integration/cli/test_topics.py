"""Topics on a real Kafka: created, grown, configured; never shrunk, whatever an operator did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from tests.patience import PATIENCE_S

from ragline.contracts.topics import FEEDBACK, TOPICS, Topic
from ragline.errors import Misconfigured, Unavailable
from ragline.messaging.kafka_clients import open_admin, open_producer, open_tail
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.topic_plan import ExistingTopic
from ragline_cli.kafka.topics import apply_topics, read_topics


@pytest.fixture
def topic() -> Topic:
    return replace(FEEDBACK, name=f"feedback-{uuid4().hex[:8]}", partitions=2)


async def found(kafka_bootstrap: str, topic: Topic) -> ExistingTopic:
    async with open_admin(kafka_settings(kafka_bootstrap), COMMAND_LINE) as admin:
        return (await read_topics(admin, {topic.name}))[topic.name]


async def set_config(kafka_bootstrap: str, topic: Topic, config: dict[str, str]) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, config)
    async with open_admin(kafka_settings(kafka_bootstrap), COMMAND_LINE) as admin:
        await admin.alter_configs([resource])
    # The broker answers before it shows the change itself
    async with asyncio.timeout(PATIENCE_S):
        while not config.items() <= dict((await found(kafka_bootstrap, topic)).overrides).items():
            await asyncio.sleep(0.05)


async def test_the_registry_is_what_the_cluster_has(kafka_bootstrap: str) -> None:
    plan = await apply_topics(kafka_bootstrap, dry_run=True)
    assert plan.empty
    async with open_admin(kafka_settings(kafka_bootstrap), COMMAND_LINE) as admin:
        existing = await read_topics(admin, {topic.name for topic in TOPICS})
    for topic in TOPICS:
        assert existing[topic.name].partitions == topic.partitions
        assert topic.config.items() <= dict(existing[topic.name].config).items()


async def test_a_dry_run_changes_nothing(kafka_bootstrap: str, topic: Topic) -> None:
    plan = await apply_topics(kafka_bootstrap, topics=[topic], dry_run=True)
    assert plan.changes[0].action == "create"
    again = await apply_topics(kafka_bootstrap, topics=[topic], dry_run=True)
    assert again.changes[0].action == "create"


async def test_a_topic_is_created_then_grown_and_applying_again_is_harmless(
    kafka_bootstrap: str, topic: Topic
) -> None:
    await apply_topics(kafka_bootstrap, topics=[topic], replication=None)
    larger = replace(topic, partitions=5)
    grown = await apply_topics(kafka_bootstrap, topics=[larger])
    assert grown.changes[0].action == "grow"
    assert (await found(kafka_bootstrap, topic)).partitions == 5
    assert (await apply_topics(kafka_bootstrap, topics=[larger])).empty
    assert (await apply_topics(kafka_bootstrap, topics=[topic])).warnings


async def test_a_setting_is_restored_and_an_operators_own_is_kept(
    kafka_bootstrap: str, topic: Topic
) -> None:
    await apply_topics(kafka_bootstrap, topics=[topic])
    await set_config(kafka_bootstrap, topic, {"retention.ms": "1000", "segment.ms": "777777"})
    plan = await apply_topics(kafka_bootstrap, topics=[topic])
    assert plan.changes[0].config["retention.ms"] == topic.config["retention.ms"]
    overrides = (await found(kafka_bootstrap, topic)).overrides
    assert overrides["retention.ms"] == topic.config["retention.ms"]
    assert overrides["segment.ms"] == "777777"


async def test_longer_retention_is_left_alone(kafka_bootstrap: str, topic: Topic) -> None:
    await apply_topics(kafka_bootstrap, topics=[topic])
    await set_config(kafka_bootstrap, topic, {**topic.config, "retention.ms": "-1"})
    plan = await apply_topics(kafka_bootstrap, topics=[topic])
    assert plan.empty
    assert "would keep less" in plan.warnings[0]
    assert (await found(kafka_bootstrap, topic)).config["retention.ms"] == "-1"


async def test_more_replicas_than_brokers_is_refused_and_said(
    kafka_bootstrap: str, topic: Topic
) -> None:
    with pytest.raises(Misconfigured, match="replication factor"):
        await apply_topics(kafka_bootstrap, topics=[topic], replication=3)


async def test_without_a_broker_the_error_says_what_to_do() -> None:
    with pytest.raises(Unavailable, match="ragline up"):
        await apply_topics("127.0.0.1:1")


async def test_a_tail_starts_at_the_end_and_misses_nothing_later(
    kafka_bootstrap: str, topic: Topic
) -> None:
    await apply_topics(kafka_bootstrap, topics=[topic])
    kafka = kafka_settings(kafka_bootstrap)
    async with open_producer(kafka, COMMAND_LINE) as producer:
        for partition in (0, 1):
            await producer.send_and_wait(topic.name, b"before", partition=partition)
        async with open_tail(kafka, COMMAND_LINE, topic.name) as tail:
            for partition in (0, 1):
                await producer.send_and_wait(topic.name, b"after", partition=partition)
            records = [await anext(tail), await anext(tail)]
    assert [record.value for record in records] == [b"after", b"after"]


async def test_the_tail_of_a_missing_topic_says_how_to_create_it(kafka_bootstrap: str) -> None:
    with pytest.raises(Misconfigured, match="ragline topics apply"):
        async with open_tail(kafka_settings(kafka_bootstrap), COMMAND_LINE, "nothing-here"):
            pass
