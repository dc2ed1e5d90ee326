"""How a service's subscribers start."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from ragline.errors import Unavailable
from ragline.messaging.kafka_broker import start_broker


class Subscriber:
    """Joins its group once another one has begun to, and at first perhaps not at all."""

    def __init__(self, meeting: asyncio.Barrier, fails: int = 0) -> None:
        self._meeting = meeting
        self._fails = fails
        self.running = False
        self.joined = 0

    async def start(self) -> None:
        if self.running:
            return
        await self._meeting.wait()
        if self._fails:
            self._fails -= 1
            raise KafkaConnectionError("away")
        self.running = True
        self.joined += 1


class Broker:
    """As much of FastStream's as is used."""

    def __init__(self, *subscribers: Subscriber) -> None:
        self.subscribers = subscribers
        self.running = False

    async def connect(self) -> None:
        """Do nothing."""

    async def start(self) -> None:
        for each in self.subscribers:
            await each.start()
        self.running = True


async def test_no_subscriber_waits_for_the_rebalance_of_another() -> None:
    meeting = asyncio.Barrier(2)
    broker: Any = Broker(Subscriber(meeting), Subscriber(meeting))
    await start_broker(broker)  # one after the other would wait for ever
    assert broker.running


async def test_one_that_fails_is_started_again_and_the_others_are_not() -> None:
    one, other = Subscriber(asyncio.Barrier(1)), Subscriber(asyncio.Barrier(1), fails=1)
    broker: Any = Broker(one, other)
    with pytest.raises(Unavailable):
        await start_broker(broker)
    assert not broker.running
    await start_broker(broker)
    assert broker.running
    assert (one.joined, other.joined) == (1, 1)
