"""A Kafka without services, with dead letters as services write them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord
from typer.testing import CliRunner, Result

from ragline.contracts.dead_letters import Cause, DeadLetterHandled
from ragline.contracts.topics import (
    DEAD_LETTERS,
    DEAD_LETTERS_HANDLED,
    TOPICS,
    Topic,
)
from ragline.errors import Unavailable
from ragline.messaging.failures import Failure
from ragline.messaging.kafka_clients import open_producer
from ragline.messaging.terminal_events import dead_letter_headers
from ragline_cli.kafka import events
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.extent import whole
from ragline_cli.kafka.reader import open_reader, read_range
from ragline_cli.main import app
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running

POISON = Failure(cause=Cause.INVALID_JSON, code="invalid_event", message="event: no JSON")
PERMANENT = Failure(cause=Cause.PERMANENT_ERROR, code="corrupt_pdf", message="no pages")
SECRET = "the salary of Ada"


@dataclass
class Cluster:
    """A broker without services: replayed records stay where they are."""

    bootstrap: str

    def send(self, topic: Topic, key: str, value: bytes | None, **options: Any) -> ConsumerRecord:
        """Store a record and return it as a consumer gets it."""
        return asyncio.run(self.store(topic.name, key, value, **options))

    async def store(
        self, topic: str, key: str, value: bytes | None, **options: Any
    ) -> ConsumerRecord:
        """Store a record and return it as a consumer gets it."""
        kafka = kafka_settings(self.bootstrap).model_copy(update={"max_request_size": 2**30})
        async with open_producer(kafka, COMMAND_LINE) as producer:
            at = await producer.send_and_wait(topic, value, key=key.encode(), **options)
        return next(
            record
            for record in await self._read(topic)
            if (record.partition, record.offset) == (at.partition, at.offset)
        )

    def read(self, topic: Topic, key: str) -> list[ConsumerRecord]:
        """Return the records of a key."""
        return [r for r in asyncio.run(self._read(topic.name)) if r.key == key.encode()]

    async def _read(self, topic: str) -> list[ConsumerRecord]:
        async with open_reader(kafka_settings(self.bootstrap), topic) as consumer:
            extent = await whole(consumer)
            return [r async for r in read_range(consumer, extent.starts, extent.ends)]

    def bury(self, record: Any, failure: Failure, service: str = "ingestor") -> str:
        """Make a dead letter of a stored record, as a service does; return its id."""
        headers = dead_letter_headers(record, failure, service=service, now=datetime.now(UTC))
        key = record.key.decode()
        letter = self.send(DEAD_LETTERS, key, record.value, headers=[*record.headers, *headers])
        return f"{letter.partition}-{letter.offset}"

    def marks(self, letter_id: str) -> list[DeadLetterHandled]:
        """Return the marks on a dead letter."""
        records = asyncio.run(self._read(DEAD_LETTERS_HANDLED.name))
        found = [DeadLetterHandled.model_validate_json(r.value) for r in records]
        return [mark for mark in found if mark.subject == letter_id]

    def call(self, *arguments: str) -> Result:
        """Run `ragline dead-letters`."""
        command = ["dead-letters", *arguments, "--bootstrap", self.bootstrap]
        return CliRunner().invoke(app, command, catch_exceptions=False)

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command with `--json` and return what it printed."""
        found: dict[str, Any] = json.loads(self.call(*arguments, "--json").stdout)
        return found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A separate broker for this module, because a stage would consume replayed records."""
    small = [replace(topic, partitions=min(4, topic.partitions)) for topic in TOPICS]
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics(topics=small)
        yield Cluster(server.bootstrap_servers)


@pytest.fixture
def prefix() -> str:
    """The prefix of this test's keys."""
    return uuid4().hex


def document(version: int) -> bytes:
    return json.dumps({"document_id": "d", "version": version, "content": SECRET}).encode()


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let every replay crash after its record and before its mark."""

    async def crash(*_: object) -> None:
        raise Unavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(events, "publish", crash)
        yield patch
