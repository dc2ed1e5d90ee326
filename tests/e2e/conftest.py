"""The whole pipeline as separate processes on a real stack, driven by a third-party client."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from tests.e2e.otlp_receiver import OtlpReceiver, receiving_traces
from tests.patience import PATIENCE_S

from ragline.api_keys.files import KeyEntry, entry_as_toml
from ragline.api_keys.form import KeyScope, digest_of, make_key
from ragline.contracts.base import DEFAULT_TENANT
from ragline_cli.errors import StackError
from ragline_cli.stack.launcher import Launcher
from ragline_cli.stack.plan import Ports
from ragline_cli.stack.state import StackKind

# The one tenant whose answers are cached
CACHED_TENANT = "cached"
STATUS_KEY = ("tenant", "document_id", "version", "change")


@dataclass
class Reader:
    """Reads one topic from its end at the time when the reader was created."""

    bootstrap: str
    topic: str
    seen: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "e2e-reader"})
        partitions = self._consumer.list_topics(self.topic, 10).topics[self.topic].partitions
        ends = [TopicPartition(self.topic, p) for p in partitions]
        for partition in ends:
            partition.offset = self._consumer.get_watermark_offsets(partition)[1]
        self._consumer.assign(ends)

    def find(self, wanted: Any, timeout: float = PATIENCE_S) -> Any:
        """Return the first message for which `wanted(message)` holds."""
        until = time.monotonic() + timeout
        while True:
            for message in self.seen:
                if wanted(message):
                    return message
            if time.monotonic() > until:
                raise AssertionError(f"nothing on {self.topic} within {timeout} s")
            self.seen += [m for m in self._consumer.consume(100, 0.2) if m.error() is None]

    def close(self) -> None:
        self._consumer.close()


@dataclass
class Pipeline:
    """Publishes questions and documents; reads answers, statuses and dead letters.

    `key` is an API key of the gateway with all scopes in the tenant `acme`. `traces` has the spans
    of all services.
    """

    bootstrap: str
    launcher: Launcher
    key: str
    traces: OtlpReceiver

    def __post_init__(self) -> None:
        self.answers = Reader(self.bootstrap, "answers")
        self.statuses = Reader(self.bootstrap, "document-status")
        self.dead_letters = Reader(self.bootstrap, "dead-letters")
        self._producer = Producer(
            {"bootstrap.servers": self.bootstrap, "message.max.bytes": 8_000_000}
        )

    def publish(
        self, topic: str, value: Any, *, key: str | None = None, headers: Any = None
    ) -> None:
        """Publish a record; dictionaries become JSON."""
        body = json.dumps(value).encode() if isinstance(value, dict) else value
        self._producer.produce(topic, key=key, value=body, headers=headers)
        assert self._producer.flush(PATIENCE_S) == 0

    def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        """Publish a question and return its answer."""
        query_id = str(uuid4())
        self.publish("queries", {"query_id": query_id, "text": text} | fields, key=query_id)
        return self.answer(query_id)

    def answer(self, query_id: str, timeout: float = PATIENCE_S) -> dict[str, Any]:
        """Return the answer of a query."""
        message = self.answers.find(lambda m: m.key() == query_id.encode(), timeout)
        answered: dict[str, Any] = json.loads(message.value())
        return answered

    def change(self, **fields: Any) -> dict[str, Any]:
        """Publish a document change and return its status."""
        key = f"{fields.get('tenant', 'default')}/{fields['document_id']}"
        self.publish("documents", fields, key=key)
        return self.status(fields)

    def change_access(self, **fields: Any) -> dict[str, Any]:
        """Publish an access change and return its status."""
        key = f"{fields.get('tenant', 'default')}/{fields['document_id']}"
        self.publish("document-access", fields, key=key)
        return self.status(fields, change="access")

    def status(self, fields: dict[str, Any], change: str = "content") -> dict[str, Any]:
        """Return the next status of a change; each is returned once."""
        wanted = (fields.get("tenant", "default"), fields["document_id"], fields["version"], change)

        def matches(message: Any) -> bool:
            status = json.loads(message.value())
            return tuple(status[name] for name in STATUS_KEY) == wanted

        message = self.statuses.find(matches)
        self.statuses.seen.remove(message)
        answered: dict[str, Any] = json.loads(message.value())
        return answered

    def dead_letter(self, wanted: Any) -> Any:
        """Return a dead letter."""
        return self.dead_letters.find(wanted)

    def close(self) -> None:
        for reader in (self.answers, self.statuses, self.dead_letters):
            reader.close()


@contextmanager
def running_pipeline(kind: StackKind, folder: Path) -> Iterator[Pipeline]:
    """Start a stack and the services, which record the traces of those who ask for it."""
    keys_file, key = folder / "keys.toml", make_key("e2e")
    entry = KeyEntry(
        id="e2e",
        sha256=digest_of(key).hex(),
        tenant="acme",
        groups=("staff",),
        scopes=frozenset(KeyScope),
    )
    keys_file.write_text(entry_as_toml(entry))
    with pytest.MonkeyPatch.context() as environment, receiving_traces() as traces:
        environment.setenv("RAGLINE_TRACES__ENDPOINT", traces.url)
        environment.setenv("RAGLINE_TRACES__SHARE", "0")
        environment.setenv("RAGLINE_GENERATOR__CACHE_TENANTS", json.dumps([CACHED_TENANT]))
        environment.setenv("RAGLINE_GATEWAY__KEYS_FILE", str(keys_file))
        environment.setenv("RAGLINE_GATEWAY__ANONYMOUS_TENANT", DEFAULT_TENANT)
        with Launcher(kind, folder, ports=Ports(), cancel=Event()) as launcher:
            pipeline = Pipeline(launcher.plan.kafka.bootstrap_servers, launcher, key, traces)
            try:
                yield pipeline
            finally:
                pipeline.close()


WEAVIATE = pytest.param("weaviate", marks=pytest.mark.slow)


@pytest.fixture(scope="package", params=["pgvector", WEAVIATE])
def pipeline(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    give_up: Callable[[str, StackError], NoReturn],
) -> Iterator[Pipeline]:
    """The pipeline on the embedded stack (pgvector) and on the real one (Weaviate)."""
    kind = StackKind.EMBEDDED if request.param == "pgvector" else StackKind.REAL
    try:
        with running_pipeline(kind, tmp_path_factory.mktemp(kind.value)) as started:
            yield started
    except StackError as error:
        give_up(request.param, error)
