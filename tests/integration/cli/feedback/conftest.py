"""A Kafka without services, with answers as services write them and what users say of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from ragline.contracts.answers import AnswerStatus, Citation, QueryAnswered
from ragline.contracts.base import Event
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.plan import Intent
from ragline.contracts.topics import TOPICS, Topic, topic_of
from ragline.messaging.kafka_clients import open_producer
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.main import app
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running

NOW = datetime.now(UTC)
YESTERDAY = NOW.replace(hour=12) - timedelta(days=1)
DAY = ("--day", f"{YESTERDAY:%Y-%m-%d}")  # fixed, because a run may continue past midnight


@dataclass(frozen=True)
class Cluster:
    """A broker, and `ragline feedback` on it."""

    bootstrap: str

    def publish(self, *events: Event, at: datetime = YESTERDAY) -> None:
        """Store events as if they were appended at `at`."""
        records = [(topic_of(type(e)), e.key.encode(), e.to_json()) for e in events]
        self.store(records, at=at)

    def store(
        self,
        records: Sequence[tuple[Topic, bytes | None, bytes | None]],
        at: datetime = YESTERDAY,
    ) -> None:
        """Store raw records, one after the other."""
        asyncio.run(self._store(records, int(at.timestamp() * 1000)))

    async def _store(
        self, records: Sequence[tuple[Topic, bytes | None, bytes | None]], at_ms: int
    ) -> None:
        async with open_producer(kafka_settings(self.bootstrap), COMMAND_LINE) as producer:
            for topic, key, value in records:
                await producer.send_and_wait(topic.name, value, key=key, timestamp_ms=at_ms)

    def call(self, *arguments: str) -> Result:
        """Run `ragline feedback`."""
        command = ["feedback", *arguments, "--bootstrap", self.bootstrap]
        return CliRunner().invoke(app, command, catch_exceptions=False)

    def json(self, *arguments: str) -> dict[str, Any]:
        """Run a command with `--json` and return what it printed."""
        result = self.call(*arguments, "--json")
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found


@dataclass(frozen=True)
class Tenant:
    """Events of one tenant."""

    name: str

    def document(self, document_id: str, text: str, **options: Any) -> DocumentChanged:
        fields = {"document_id": document_id, "version": 1, "content": text, **options}
        return DocumentChanged.model_validate({"tenant": self.name, **fields})

    def answer(self, query_id: str, question: str, text: str, *documents: str) -> QueryAnswered:
        return QueryAnswered(
            query_id=f"{self.name}-{query_id}",
            tenant=self.name,
            status=AnswerStatus.ANSWERED,
            text=text,
            intent=Intent.FACTUAL,
            plan="factual",
            standalone_text=question,
            citations=tuple(
                Citation(
                    marker=n,
                    chunk_id=f"{document_id}-0",
                    document_id=document_id,
                    version=1,
                    start=0,
                    end=5,
                    quote="quote",
                )
                for n, document_id in enumerate(documents, start=1)
            ),
            answered_at=NOW,
        )

    def says(self, query_id: str, rating: str, **options: Any) -> FeedbackGiven:
        fields = {"query_id": f"{self.name}-{query_id}", "rating": rating, **options}
        return FeedbackGiven.model_validate({"tenant": self.name, "user": "ada", **fields})


@pytest.fixture
def tenant() -> Tenant:
    """A separate tenant for this test."""
    return Tenant(f"t{uuid4().hex[:12]}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A separate broker for this module, because it gets poison records."""
    past = {"message.timestamp.type": "CreateTime"}  # what is appended here happened yesterday
    small = [
        replace(topic, partitions=min(4, topic.partitions), extra={**topic.extra, **past})
        for topic in TOPICS
    ]
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics(topics=small)
        yield Cluster(server.bootstrap_servers)
