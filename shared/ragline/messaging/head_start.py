"""One topic is read first: others wait until the group has read it up to where it ended at start.

A new index is filled from two topics. If content came before the statement of who may read it,
everybody could find it until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from ragline.contracts.topics import Topic
from ragline.errors import RaglineError
from ragline.messaging.lag import GroupTopic, open_lag_reader
from ragline.settings import KafkaSettings

log = logging.getLogger(__name__)

_LOOK_S = 0.25
_PAUSE_S = 1.0

Offsets = Mapping[TopicPartition, int]


class HeadStart:
    """Says whether the group has read `topic` far enough; without a topic it has from the start."""

    def __init__(self, topic: Topic | None = None) -> None:
        self.topic = topic
        self._left: int | None = None
        self._over = asyncio.Event()
        if topic is None:
            self._over.set()

    @property
    def over(self) -> bool:
        """Whether the other topics may be read."""
        return self._over.is_set()

    def concerns(self, topic: str) -> bool:
        """Tell whether the others wait for records of `topic` at the moment."""
        return not self.over and self.topic is not None and topic == self.topic.name

    async def wait(self) -> None:
        """Return when the other topics may be read."""
        await self._over.wait()

    def saw(self, committed: Offsets, ends: Offsets) -> None:
        """Note what the whole group has read; what it read further than `ends` does not count."""
        self._left = sum(max(0, end - committed.get(each, 0)) for each, end in ends.items())
        if self._left == 0:
            self._over.set()

    def problem(self) -> str | None:
        """Return what is waited for, or None."""
        if self.over or self.topic is None:
            return None
        left = "" if self._left is None else f", {self._left} offsets to go"
        return f"waits until {self.topic.name} is read up to where it ended at start{left}"


async def watch_head_start(head_start: HeadStart, kafka: KafkaSettings, group: str) -> None:
    """Look at the group's progress until the head start is over; wait for a broker that is away."""
    if head_start.topic is None:
        return
    name = head_start.topic.name
    ends: Offsets | None = None
    while not head_start.over:
        try:
            async with open_lag_reader(kafka) as reader:
                wanted = GroupTopic(group=group, topic=name)
                if ends is None:
                    ends = await reader.ends(name)
                while not head_start.over:
                    head_start.saw(await reader.committed(wanted), ends)
                    await asyncio.sleep(_LOOK_S)
        except (RaglineError, KafkaError, OSError, TimeoutError) as error:
            log.warning("how far %s is read cannot be seen at the moment: %r", name, error)
            await asyncio.sleep(_PAUSE_S)
