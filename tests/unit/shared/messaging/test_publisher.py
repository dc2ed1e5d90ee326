"""Publishing waits for the broker; only a record's size is the record's fault."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from aiokafka import errors as kafka
from tests.patience import PATIENCE_S

from ragline.errors import InvalidEvent, Misconfigured, RaglineError, Unavailable
from ragline.messaging.publisher import RecordPublisher, until_stored


class Broker:
    """A producer that fails as scripted, then stores."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.stored: list[bytes | None] = []
        self.tried = asyncio.Event()
        self.released = asyncio.Event()

    async def send(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.stored.append(b"x")

    async def send_and_wait(self, topic: str, value: bytes | None, **_: Any) -> None:
        self.tried.set()
        if not self.released.is_set():
            raise kafka.OutOfOrderSequenceNumber
        self.stored.append(value)


async def store(broker: Broker) -> tuple[list[float], list[RaglineError]]:
    slept: list[float] = []
    seen: list[RaglineError] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await until_stored(broker.send, on_failure=seen.append, sleep=sleep)
    return slept, seen


async def test_it_goes_on_until_the_broker_is_back() -> None:
    broker = Broker(
        kafka.KafkaConnectionError(), kafka.KafkaTimeoutError(), kafka.NotLeaderForPartitionError()
    )

    slept, seen = await store(broker)

    assert broker.stored == [b"x"]
    assert [type(error) for error in seen] == [Unavailable] * 3
    assert len(slept) == 3
    assert all(0.2 <= seconds <= 5 for seconds in slept)


async def test_refused_rights_are_waited_for_too() -> None:
    broker = Broker(kafka.TopicAuthorizationFailedError("answers"))

    _, seen = await store(broker)

    assert broker.stored == [b"x"]
    assert [type(error) for error in seen] == [Misconfigured]


async def test_a_record_that_is_too_large_is_given_back_at_once() -> None:
    broker = Broker(kafka.MessageSizeTooLargeError("9 MB"))

    with pytest.raises(InvalidEvent):
        await store(broker)


async def test_a_bug_is_not_repeated() -> None:
    with pytest.raises(TypeError):
        await store(Broker(TypeError("no bytes")))


class Raw:
    """As much of a record as forwarding reads."""

    topic, partition, offset, timestamp, key, value = "queries", 0, 0, 0, b"k", b"v"
    headers: tuple[tuple[str, bytes], ...] = ()


async def test_a_broker_that_goes_and_comes_back_is_two_lines_for_all_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker: Any = Broker()
    publisher = RecordPublisher(source="/test", publishers={}, producer=broker)
    record: Any = Raw()
    with caplog.at_level(logging.INFO):
        held = [asyncio.create_task(publisher.forward("t", record, [])) for _ in range(5)]
        await broker.tried.wait()
        broker.released.set()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*held)
    assert [each.levelname for each in caplog.records] == ["WARNING", "INFO"]
    assert len(broker.stored) == 5


async def test_a_producer_that_can_never_publish_shows_and_holds_the_record() -> None:
    broker: Any = Broker()
    publisher = RecordPublisher(source="/test", publishers={}, producer=broker)
    record: Any = Raw()

    forwarding = asyncio.create_task(publisher.forward("dead-letters", record, []))
    async with asyncio.timeout(PATIENCE_S):
        await broker.tried.wait()
    await asyncio.sleep(0)
    assert publisher.refused is not None
    assert "restart the service" in publisher.refused
    assert not forwarding.done()

    broker.released.set()
    async with asyncio.timeout(PATIENCE_S):
        await forwarding
    assert broker.stored == [b"v"]
    assert publisher.refused is None
