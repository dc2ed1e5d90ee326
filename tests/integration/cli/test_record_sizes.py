"""Sizes of records on a real Kafka: as they are stored, of the last ones."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import uuid4

import pytest

from ragline.contracts.topics import FEEDBACK
from ragline.errors import Misconfigured
from ragline.messaging.kafka_clients import open_producer
from ragline_cli.bench.record_sizes import record_bytes
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.topics import apply_topics


async def test_a_record_counts_compressed_and_only_the_last_ones_count(
    kafka_bootstrap: str,
) -> None:
    names = [f"sizes-{kind}-{uuid4().hex[:8]}" for kind in ("noise", "text", "empty")]
    noise, text, empty = topics = [replace(FEEDBACK, name=name, partitions=1) for name in names]
    await apply_topics(kafka_bootstrap, topics=topics, replication=1)
    kafka = kafka_settings(kafka_bootstrap)
    async with open_producer(kafka, COMMAND_LINE) as producer:
        await producer.send_and_wait(noise.name, b"old" * 100_000)
        for _ in range(20):
            await producer.send_and_wait(noise.name, random.randbytes(5_000), key=b"q")
            await producer.send_and_wait(text.name, b"the same again " * 400, key=b"q")

    found = await record_bytes(kafka, topics)

    assert found[noise.name] == pytest.approx(5_070, rel=0.02)
    assert found[text.name] < 200
    assert empty.name not in found


async def test_a_topic_that_is_missing_is_said(kafka_bootstrap: str) -> None:
    with pytest.raises(Misconfigured, match="does not exist"):
        await record_bytes(kafka_settings(kafka_bootstrap), [replace(FEEDBACK, name="nowhere")])
