"""A minimal live pipeline: its topics, two filled collections, and real answers to publish."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from ragline.clock import utc_now
from ragline.contracts.answers import QueryAnswered
from ragline.contracts.documents import DocumentChanged
from ragline.contracts.indexes import BASE_INDEX, Index
from ragline.contracts.queries import Principal, QuerySubmitted
from ragline.contracts.topics import ANSWERS, QUERIES, TOPICS
from ragline.messaging.index_writer import change_indexes
from ragline.messaging.kafka_clients import open_consumer, open_producer
from ragline.settings import KafkaSettings
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings
from ragline_cli.kafka.events import publish
from ragline_cli.kafka.reader import open_reader, partitions_of
from ragline_cli.shadow.configuration import COLLECTION, applied
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running
from ragline_evaluation.shadow.asking import ask
from ragline_evaluation.stages import Stages, open_stages

TENANT = "shadowed"
DOCUMENTS = {
    "queues.md": "# Queues\n\nA queue keeps messages in the order in which publishers sent them.",
    "alarms.md": "# Alarms\n\nA memory alarm blocks publishers until consumers have caught up.",
    "salaries.md": "# Salaries\n\nThe salary of a lead engineer is decided by the board in May.",
}
QUEUES = "What keeps messages in the order of publishers?"
ALARMS = "What blocks publishers until consumers have caught up?"
SALARIES = "Who decides the salary of a lead engineer?"
MOON = "Who discovered the moons of Jupiter?"
GROUP = "board"


@dataclass
class LivePipeline:
    """Publishes questions, and the answers of real stages to them."""

    bootstrap: str
    environment: dict[str, str]
    second: str
    answers: dict[tuple[str, tuple[str, ...]], QueryAnswered] = field(default_factory=dict)
    published: Counter[str] = field(default_factory=Counter)

    @property
    def kafka(self) -> KafkaSettings:
        return kafka_settings(self.bootstrap)

    @asynccontextmanager
    async def stages(self, collection: str | None = None) -> AsyncIterator[Stages]:
        other = {COLLECTION: collection} if collection else {}
        with applied(self.environment | other):
            async with open_stages() as opened:
                yield opened

    async def prepare(self) -> None:
        """Fill the collections, the second one without "Alarms", and answer every question."""
        async with self.stages() as live:
            for name, text in DOCUMENTS.items():
                await live.ingest(document(name, text))
            for text, groups in ((QUEUES, ()), (ALARMS, ()), (SALARIES, ()), (MOON, ())):
                await self._answer(live, text, groups)
            await self._answer(live, SALARIES, (GROUP,))
        async with self.stages(self.second) as second:
            for name in ("queues.md", "salaries.md"):
                await second.ingest(document(name, DOCUMENTS[name]))

    async def _answer(self, live: Stages, text: str, groups: tuple[str, ...]) -> None:
        self.answers[text, groups] = await ask(live, question(text, groups=groups), clock=utc_now)

    async def publish(
        self,
        producer: AIOKafkaProducer,
        text: str,
        *,
        groups: tuple[str, ...] = (),
        seconds: float = 60,
        answered: bool = True,
    ) -> str:
        """Publish a question and its answer; return its id."""
        query = question(text, groups=groups, seconds=seconds)
        await publish(producer, query)
        self.published[QUERIES.name] += 1
        if answered:
            found = self.answers[text, groups]
            update = {"query_id": query.query_id, "answered_at": utc_now()}
            await publish(producer, found.model_copy(update=update))
            self.published[ANSWERS.name] += 1
        return query.query_id

    def publish_all(self, *texts: str) -> list[str]:
        """Publish questions with their answers, from outside of any event loop."""

        async def all_of_them() -> list[str]:
            async with open_producer(self.kafka, COMMAND_LINE) as producer:
                return [await self.publish(producer, text) for text in texts]

        return asyncio.run(all_of_them())

    @contextmanager
    def live_index(self, index: Index) -> Iterator[None]:
        """Let an index answer questions while the block runs."""

        def flip(update: Mapping[str, object]) -> None:
            changing = change_indexes(
                self.kafka, COMMAND_LINE, lambda now: now.model_copy(update=update), source="/test"
            )
            asyncio.run(changing)

        flip({"indexes": (Index(name=BASE_INDEX), index), "live": index.name})
        try:
            yield
        finally:
            flip({"indexes": (Index(name=BASE_INDEX),), "live": BASE_INDEX})

    async def sizes(self) -> Counter[str]:
        """Return the number of records ever stored on each topic."""
        found: Counter[str] = Counter()
        for topic in TOPICS:
            async with open_reader(self.kafka, topic.name) as reader:
                ends = await reader.end_offsets(reader.assignment())
                found[topic.name] = sum(ends.values())
        return found

    async def committed(self, group: str, topic: str) -> int:
        """Return the sum of a group's offsets."""
        partitions = await partitions_of(self.kafka, topic)
        async with open_consumer(
            self.kafka, COMMAND_LINE, partitions=partitions, group_id=group
        ) as consumer:
            return sum([await consumer.committed(each) or 0 for each in partitions])

    async def both_committed(self, name: str) -> tuple[int, int]:
        """Return the sums of the offsets of a shadow's groups: questions and answers."""
        return (
            await self.committed(f"ragline.shadow.{name}.queries", QUERIES.name),
            await self.committed(f"ragline.shadow.{name}.answers", ANSWERS.name),
        )


def document(name: str, text: str) -> DocumentChanged:
    return DocumentChanged(
        document_id=name,
        version=1,
        tenant=TENANT,
        content=text,
        media_type="text/markdown",
        access=(GROUP,) if name == "salaries.md" else None,
    )


def question(text: str, *, groups: tuple[str, ...] = (), seconds: float = 60) -> QuerySubmitted:
    now = utc_now()
    return QuerySubmitted(
        query_id=uuid4().hex,
        text=text,
        tenant=TENANT,
        principal=Principal(groups=groups),
        submitted_at=now,
        deadline=now + timedelta(seconds=seconds),
    )


@pytest.fixture(scope="package")
def pipeline(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, redis_url: str
) -> Iterator[LivePipeline]:
    """A separate broker for this folder, because running services would answer as well."""
    unique = uuid4().hex[:12]
    environment = {
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_REDIS__URL": redis_url,
        "RAGLINE_RERANKER__MODEL": "off",
        COLLECTION: f"Live{unique}",
        "RAGLINE_GENERATOR__CACHE_TENANTS": '["*"]',  # of the live services
    }
    small = [replace(topic, partitions=min(4, topic.partitions)) for topic in TOPICS]
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        server.create_topics(topics=small)
        live = LivePipeline(server.bootstrap_servers, environment, f"Second{unique}")
        asyncio.run(live.prepare())
        yield live


@pytest.fixture
def plans_file(tmp_path: Path) -> Path:
    """The packaged plans, with a minimum confidence that no question reaches."""
    from ragline_classifier.plans import PACKAGED

    text = PACKAGED.read_text(encoding="utf-8")
    assert "minimum = 0.5" in text
    path = tmp_path / "plans.toml"
    path.write_text(text.replace("minimum = 0.5", "minimum = 1.0"), encoding="utf-8")
    return path
