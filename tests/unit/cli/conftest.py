"""A fake Kafka: published records go to a responder, and readers get its events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from ragline.messaging.kafka_clients import ClientProfile
from ragline.settings import KafkaSettings
from ragline_cli.ask import asker
from ragline_cli.ingest import run

Headers = list[tuple[str, bytes]]


@dataclass
class Sent:
    topic: str
    value: bytes
    key: bytes
    headers: Headers


@dataclass
class Record:
    value: bytes | None


@dataclass
class FakeKafka:
    """Producer and reader in one. `respond` returns the values that a published record causes."""

    respond: Callable[[Sent], Iterable[bytes | None]] = lambda _: ()
    refuse: Callable[[Sent], Exception | None] = lambda _: None
    sent: list[Sent] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    _arriving: asyncio.Queue[Record | Exception] = field(default_factory=asyncio.Queue)

    @asynccontextmanager
    async def open_tail(
        self, _kafka: KafkaSettings, _profile: ClientProfile, topic: str
    ) -> AsyncIterator[FakeKafka]:
        assert not self.sent, "the reader must stand at the end before anything is published"
        self.tails.append(topic)
        yield self

    @asynccontextmanager
    async def open_producer(
        self, _kafka: KafkaSettings, _profile: ClientProfile
    ) -> AsyncIterator[FakeKafka]:
        yield self

    def arrive(self, *values: bytes | Exception | None) -> None:
        for value in values:
            self._arriving.put_nowait(value if isinstance(value, Exception) else Record(value))

    async def send(
        self, topic: str, value: bytes, *, key: bytes, headers: Headers
    ) -> asyncio.Future[Any]:
        record = Sent(topic, value, key, headers)
        self.sent.append(record)
        stored = asyncio.get_running_loop().create_future()
        if error := self.refuse(record):
            stored.set_exception(error)
        else:
            stored.set_result(None)
            self.arrive(*self.respond(record))
        return stored

    async def flush(self) -> None:
        await asyncio.sleep(0)

    def __aiter__(self) -> FakeKafka:
        return self

    async def __anext__(self) -> Record:
        found = await self._arriving.get()
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def fake_kafka(monkeypatch: pytest.MonkeyPatch) -> FakeKafka:
    """The fake, in place of real connections."""
    fake = FakeKafka()
    for module in (asker, run):
        monkeypatch.setattr(module, "open_tail", fake.open_tail)
        monkeypatch.setattr(module, "open_producer", fake.open_producer)
    return fake
