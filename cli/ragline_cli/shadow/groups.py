"""The shadow's consumers: its own groups, which start at the end and resume where they stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from ragline.background import within
from ragline.contracts.topics import ANSWERS
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import client_options, translated
from ragline_cli.kafka.reader import partitions_of

# Everything, including the stages, runs on one event loop: a busy loop must not look dead
_SESSION_MS, _HEARTBEAT_MS = 10_000, 3_000
# Records may have to wait for a free slot; that must not look like a dead member either
_MAX_POLL_MS = 3_600_000
_LAST_CALL_S = 5.0


async def begin(kafka: KafkaSettings, group: str, topic: str) -> None:
    """Let a group that has never read `topic` start at its current end.

    That position is committed at once, so that a shadow that is stopped before its first question
    also resumes there.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the topic does not exist, or the broker refuses.
    """
    partitions = await partitions_of(kafka, topic)
    async with _open(kafka, group) as consumer:
        consumer.assign(partitions)
        await consumer.start()
        if await _has_committed(consumer):
            return
        try:
            await consumer.commit(await consumer.end_offsets(partitions))
        except KafkaError:
            # another instance started at the same moment
            if not await _has_committed(consumer):
                raise


async def _has_committed(consumer: AIOKafkaConsumer) -> bool:
    found = await asyncio.gather(*(consumer.committed(each) for each in consumer.assignment()))
    return any(offset is not None for offset in found)


@asynccontextmanager
async def open_member(kafka: KafkaSettings, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer, not started, that can become a member of a group. Raises as `begin`."""
    async with _open(kafka, group) as consumer:
        yield consumer


@asynccontextmanager
async def open_answers(kafka: KafkaSettings, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a reader of all live answers that commits its offsets to a group. Raises as `begin`.

    It is not a member of the group: each instance needs the answers of all partitions, because an
    answer may be on another partition than its question.
    """
    partitions = await partitions_of(kafka, ANSWERS.name)
    async with _open(kafka, group) as consumer:
        consumer.assign(partitions)
        await consumer.start()
        yield consumer


@asynccontextmanager
async def _open(kafka: KafkaSettings, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    with translated(kafka):
        consumer = AIOKafkaConsumer(**_options(kafka, group))
        try:
            yield consumer
        finally:
            await within(_LAST_CALL_S, consumer.stop())


def _options(kafka: KafkaSettings, group: str) -> dict[str, Any]:
    return {
        **client_options(kafka),
        "group_id": group,
        "enable_auto_commit": False,
        # for partitions that are added later; the others have a committed offset
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": kafka.fetch_max_wait_ms,
        "max_partition_fetch_bytes": kafka.max_request_size,
        "session_timeout_ms": _SESSION_MS,
        "heartbeat_interval_ms": _HEARTBEAT_MS,
        "max_poll_interval_ms": _MAX_POLL_MS,
        "rebalance_timeout_ms": kafka.rebalance_timeout_ms,
    }
