"""Recess of a stopped topic: it leaves its consumer group, and later tries one record.

So its partitions go to members that work. When all have stopped, the group commits nothing more,
and the autoscaler leaves out lag that persists: it does not start more of the same.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from aiokafka.errors import KafkaError

from ragline.background import within
from ragline.messaging.flood import FloodGuard, TopicState
from ragline.observability.metrics import Metrics

log = logging.getLogger(__name__)

_REJOIN_EVERY_S = 5.0


class Member(Protocol):
    """A consumer of one topic."""

    async def start(self) -> None:
        """Join the group and consume."""
        ...

    async def stop(self) -> None:
        """Let records in flight end, commit, and leave the group."""
        ...


class Recess:
    """Takes a topic's consumer out of its group while its guard says that it has stopped.

    Args:
        topic: its name.
        member: its consumer.
        guard: says when it stops, and for how long.
        metrics: show the topic's state.
    """

    def __init__(self, topic: str, member: Member, guard: FloodGuard, metrics: Metrics) -> None:
        self._topic = topic
        self._member = member
        self._guard = guard
        self._metrics = metrics
        self._called_back = asyncio.Event()

    def end(self) -> None:
        """Try one record at once; an operator has mended what was wrong. Nothing if none rests."""
        self._called_back.set()

    async def take(self) -> None:
        """If the topic has stopped: take the consumer out of its group, wait, bring it back."""
        self._show()
        if self._guard.state is TopicState.STOPPED:
            await self._pause()

    async def _pause(self) -> None:
        seconds = self._guard.pause_s
        log.error(
            "%s: stopped: %s; it leaves its consumer group and tries one record in %g s",
            self._topic,
            self._guard.reason,
            seconds,
        )
        self._metrics.count("ragline_topic_stops_total", topic=self._topic)
        self._called_back.clear()
        await self._member.stop()
        await within(seconds, self._called_back.wait())
        self._guard.half_open()
        self._show()
        log.info("%s: joins its consumer group again to try one record", self._topic)
        await self._rejoin()

    async def _rejoin(self) -> None:
        while True:
            try:
                await self._member.start()
            except (KafkaError, OSError) as error:
                log.warning("%s: cannot join its consumer group: %s", self._topic, error)
                await self._member.stop()
                await asyncio.sleep(_REJOIN_EVERY_S)
            else:
                return

    def _show(self) -> None:
        self._metrics.set("ragline_topic_state", self._guard.state, topic=self._topic)
