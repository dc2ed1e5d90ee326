"""The shadow's own offsets: committed up to the oldest record that is not done with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from ragline.messaging.offsets import Fetched, OffsetTracker

_LAST_CALL_S = 5.0

log = logging.getLogger(__name__)


class Offsets:
    """Tracks the records of the partitions that a consumer has been given."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._trackers: dict[TopicPartition, OffsetTracker] = {}
        self._committed: dict[TopicPartition, int] = {}

    def admit(self, record: ConsumerRecord) -> Callable[[], None]:
        """Note a record, and return what tells that it is done with."""
        partition = TopicPartition(record.topic, record.partition)
        tracker = self._trackers.setdefault(partition, OffsetTracker())
        if tracker.admit(record.offset) is Fetched.RUN:
            tracker.run(record.offset)
        return partial(tracker.finish, record.offset)

    def drop(self) -> None:
        """Forget everything: the partitions go, and whoever gets them begins at the committed."""
        self._trackers.clear()
        self._committed.clear()

    async def commit(self) -> None:
        """Commit what has moved; what fails is covered by the next commit, or read again."""
        moved = {
            partition: offset
            for partition, tracker in self._trackers.items()
            if (offset := tracker.committable) is not None
            and offset > self._committed.get(partition, -1)
        }
        if not moved:
            return
        try:
            await self._consumer.commit(moved)
        except (CommitFailedError, IllegalStateError, KafkaError) as error:
            log.warning("the shadow's offsets were not committed: %s", error)
        else:
            self._committed.update(moved)

    async def commit_for_the_last_time(self) -> None:
        """Commit, unless the broker is away: the client itself would wait for ever."""
        try:
            async with asyncio.timeout(_LAST_CALL_S):
                await self.commit()
        except TimeoutError:
            log.warning("the broker does not answer: the last questions will be read again")
