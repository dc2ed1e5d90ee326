"""The shadow's own offsets: committed up to its oldest unfinished record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from ragline.background import within
from ragline.messaging.offsets import Fetched, OffsetTracker

_LAST_CALL_S = 5.0

log = logging.getLogger(__name__)


class Offsets:
    """Tracks the records of a consumer's assigned partitions."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._trackers: dict[TopicPartition, OffsetTracker] = {}
        self._committed: dict[TopicPartition, int] = {}

    def admit(self, record: ConsumerRecord) -> Callable[[], None]:
        """Note a record, and return the function that marks it as finished."""
        partition = TopicPartition(record.topic, record.partition)
        tracker = self._trackers.setdefault(partition, OffsetTracker())
        if tracker.admit(record.offset) is Fetched.RUN:
            tracker.run(record.offset)
        return partial(tracker.finish, record.offset)

    def drop(self) -> None:
        """Forget everything: the partitions' next owner starts at the committed offsets."""
        self._trackers.clear()
        self._committed.clear()

    async def commit(self) -> None:
        """Commit changed offsets; after a failure the next commit covers them."""
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
        """Commit with a time limit: the client itself waits forever for a broker that is down."""
        if not await within(_LAST_CALL_S, self.commit()):
            log.warning("the broker does not answer: the last questions will be read again")
