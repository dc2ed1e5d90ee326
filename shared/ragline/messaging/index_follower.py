"""Follows the topic of indexes: which there are, and which one answers questions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from ragline.background import beside
from ragline.contracts.indexes import ONLY_BASE, IndexesChanged
from ragline.contracts.reading import read_event
from ragline.contracts.topics import INDEXES
from ragline.messaging.kafka_clients import ClientProfile, check_topics, open_consumer
from ragline.messaging.kafka_errors import translated
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_PARTITION = TopicPartition(INDEXES.name, 0)
_PROFILE = ClientProfile(client_id="ragline-indexes", request_timeout_ms=5_000, stop_within_s=2.0)
_POLL_MS = 1_000
_PAUSE_S = 1.0


class IndexFollower:
    """Knows the indexes as they were last told; nothing was ever told of a stack with only one."""

    def __init__(self) -> None:
        self._known = ONLY_BASE
        self._news = asyncio.Event()

    @property
    def known(self) -> IndexesChanged:
        """The indexes now."""
        return self._known

    def tell(self, found: IndexesChanged) -> None:
        """Replace what is known, unless that is newer."""
        if found.revision > self._known.revision:
            self._known = found
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def after(self, revision: int) -> IndexesChanged:
        """Return the indexes once they are newer than `revision`."""
        while self._known.revision <= revision:
            await self._news.wait()
        return self._known


@asynccontextmanager
async def open_follower(kafka: KafkaSettings) -> AsyncIterator[IndexFollower]:
    """Read what there is, then follow what changes while the block runs.

    Raises:
        Unavailable: Kafka does not answer, or the topic is missing.
        Misconfigured: Kafka refuses.
    """
    await check_topics(kafka, (INDEXES,))
    follower = IndexFollower()
    async with open_consumer(kafka, _PROFILE, partitions=[_PARTITION]) as consumer:
        await _read_up(consumer, follower.tell)
        async with beside(_follow(consumer, follower.tell)):
            yield follower


async def read_indexes(kafka: KafkaSettings, profile: ClientProfile) -> IndexesChanged:
    """Return the indexes now, for a program that does not follow them. Raises as `open_follower`.

    Args:
        kafka: the cluster.
        profile: whose client it is.
    """
    await check_topics(kafka, (INDEXES,), profile)
    follower = IndexFollower()
    async with open_consumer(kafka, profile, partitions=[_PARTITION]) as consumer:
        await _read_up(consumer, follower.tell)
    return follower.known


async def _read_up(consumer: AIOKafkaConsumer, tell: Callable[[IndexesChanged], None]) -> None:
    with translated("reading the indexes"):
        end = (await consumer.end_offsets([_PARTITION]))[_PARTITION]
        while await consumer.position(_PARTITION) < end:
            await _take(consumer, tell)


async def _follow(consumer: AIOKafkaConsumer, tell: Callable[[IndexesChanged], None]) -> None:
    while True:
        try:
            await _take(consumer, tell)
        except KafkaError as error:
            log.warning("the indexes cannot be followed at the moment: %r", error)
            await asyncio.sleep(_PAUSE_S)


async def _take(consumer: AIOKafkaConsumer, tell: Callable[[IndexesChanged], None]) -> None:
    for record in (await consumer.getmany(timeout_ms=_POLL_MS)).get(_PARTITION, ()):
        try:
            tell(read_event(IndexesChanged, record.value or b""))
        except ValueError as error:
            log.warning("%s@%d is no list of indexes: %s", INDEXES.name, record.offset, error)
