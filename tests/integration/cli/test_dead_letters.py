"""Dead letters on a real Kafka: found, shown, exported, put back once, let be."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import ConsumerRecord
from typer.testing import CliRunner, Result

from ragline.clock import utc_now
from ragline.contracts.cloudevents import Headers
from ragline.contracts.dead_letters import Cause, DeadLetterHandled
from ragline.contracts.topics import (
    DEAD_LETTERS,
    DEAD_LETTERS_HANDLED,
    DOCUMENTS,
    QUERIES,
    RETRY_10M,
    TOPICS,
    Topic,
)
from ragline.errors import Unavailable
from ragline.messaging.failures import Failure, RetryHeader, dead_letter_headers
from ragline_cli.dead_letters import replay
from ragline_cli.dead_letters.letter import LetterId
from ragline_cli.dead_letters.plan import Action
from ragline_cli.dead_letters.reading import whole
from ragline_cli.kafka_client import kafka_settings, open_producer
from ragline_cli.kafka_reader import open_reader, read_range
from ragline_cli.main import app
from ragline_cli.stack.kafka import KafkaServer
from ragline_cli.stack.server import running
from ragline_cli.topics import apply_topics

POISON = Failure(cause=Cause.INVALID_JSON, code="invalid_event", message="event: no JSON")
PERMANENT = Failure(cause=Cause.PERMANENT_ERROR, code="corrupt_pdf", message="no pages")
SECRET = "the salary of Ada"


@dataclass
class Cluster:
    """A broker on which no service runs: what is put back stays where it is."""

    bootstrap: str

    def send(
        self, topic: Topic, key: str, value: bytes | None, headers: Headers | None = None
    ) -> ConsumerRecord:
        """Store a record and return it as a consumer gets it."""
        return asyncio.run(self._send(topic.name, key.encode(), value, headers or []))

    async def _send(
        self, topic: str, key: bytes, value: bytes | None, headers: Headers
    ) -> ConsumerRecord:
        async with open_producer(kafka_settings(self.bootstrap)) as producer:
            at = await producer.send_and_wait(topic, value, key=key, headers=headers)
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
        letter = self.send(DEAD_LETTERS, key, record.value, [*record.headers, *headers])
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
    """A broker of this module's own, because a stage would consume what is replayed."""
    small = [replace(topic, partitions=min(4, topic.partitions)) for topic in TOPICS]
    with running(KafkaServer(tmp_path_factory.mktemp("kafka"))) as server:
        asyncio.run(apply_topics(server.bootstrap_servers, topics=small))
        yield Cluster(server.bootstrap_servers)


@pytest.fixture
def prefix() -> str:
    """What the keys of this test begin with."""
    return uuid4().hex


def document(version: int) -> bytes:
    return json.dumps({"document_id": "d", "version": version, "content": SECRET}).encode()


def test_letters_are_listed_filtered_and_counted(cluster: Cluster, prefix: str) -> None:
    query = cluster.send(QUERIES, f"{prefix}-q", b"\xff{")
    change = cluster.send(DOCUMENTS, f"{prefix}/d", document(1))
    ids = [
        cluster.bury(query, POISON, "classifier"),
        cluster.bury(change, PERMANENT),
    ]
    found = cluster.json("list", "--key", f"{prefix}*")
    assert [letter["id"] for letter in found["dead_letters"]] == ids
    assert found["by_cause"] == {"invalid_json": 1, "permanent_error": 1}
    for arguments in (
        ("--cause", "invalid_json"),
        ("--service", "classifier"),
        ("--topic", "queries", "--since", "1h"),
    ):
        only = cluster.json("list", "--key", f"{prefix}*", *arguments)
        assert [letter["id"] for letter in only["dead_letters"]] == ids[:1]
    assert not cluster.json("list", ids[0], "--until", "1h")["matched"]
    assert "1 invalid_json" in cluster.call("list", *ids).stdout


def test_a_payload_is_shown_and_exported_redacted_unless_asked(
    cluster: Cluster, prefix: str, tmp_path: Path
) -> None:
    record = cluster.send(DOCUMENTS, f"{prefix}/d", document(1))
    letter = cluster.bury(record, PERMANENT)
    assert SECRET not in cluster.call("show", letter).stdout
    assert cluster.json("show", letter)["value"]["document_id"] == "d"
    assert SECRET in cluster.call("show", letter, "--payload").stdout
    for payload in ((), ("--payload",)):
        target = tmp_path / f"letters{len(payload)}.jsonl"
        assert cluster.call("export", str(target), letter, *payload).exit_code == 0
        line = json.loads(target.read_text(encoding="utf-8"))
        assert (SECRET in str(line["value"])) == bool(payload)
        assert target.stat().st_mode & 0o077 == 0
    assert json.loads(cluster.call("export", "-", letter).stdout)["id"] == letter


def test_a_letter_that_is_not_there_is_an_error_that_says_so(cluster: Cluster) -> None:
    with pytest.raises(Exception, match="no dead letter 0-999999"):
        cluster.call("show", "0-999999")


def test_a_query_goes_back_once_as_a_new_attempt(cluster: Cluster, prefix: str) -> None:
    own: Headers = [("x", b"\xff"), ("x", None), ("ragline-deadline", b"1")]  # type: ignore[list-item]
    record = cluster.send(QUERIES, prefix, b"\xff{", own)
    letter = cluster.bury(record, POISON, "classifier")
    assert cluster.json("replay", letter)["steps"][0]["action"] == "replay"
    assert "--execute" in cluster.call("replay", letter).stdout
    assert len(cluster.read(QUERIES, prefix)) == 1, "a plan stores nothing"

    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 1
    again = cluster.read(QUERIES, prefix)[1]
    assert (again.value, again.partition) == (record.value, record.partition)
    *kept, attempt, deadline = again.headers
    assert kept == [("x", b"\xff"), ("x", None)]
    assert attempt == ("ragline-attempt", b"2")
    assert int(deadline[1]) > again.timestamp

    (mark,) = cluster.marks(letter)
    assert (mark.target_topic, mark.target_offset, mark.attempt) == ("queries", again.offset, 2)
    second = cluster.json("replay", letter, "--execute")
    assert (second["handled"], second["outcome"]["replayed"]) == (1, 0)
    assert len(cluster.read(QUERIES, prefix)) == 2
    assert not cluster.json("list", letter)["matched"]
    assert cluster.json("list", letter, "--all")["dead_letters"][0]["state"] == "replayed"


def test_a_replay_goes_on_where_a_limit_ended_it(cluster: Cluster, prefix: str) -> None:
    keys = [f"{prefix}-{n}" for n in range(5)]
    for key in keys:
        cluster.bury(cluster.send(QUERIES, key, b"{"), POISON, "classifier")
    chosen = ("--key", f"{prefix}-*", "--execute")
    first = cluster.json("replay", *chosen, "--limit", "2")
    assert (first["outcome"]["replayed"], first["left"]) == (2, 3)
    rest = cluster.json("replay", *chosen)
    assert (rest["outcome"]["replayed"], rest["handled"]) == (3, 2)
    assert [len(cluster.read(QUERIES, key)) for key in keys] == [2] * 5


def test_ctrl_c_stops_between_records_and_the_next_run_goes_on(
    cluster: Cluster, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        cluster.bury(cluster.send(QUERIES, f"{prefix}-{number}", b"{"), POISON, "classifier")
    publish = replay.publish

    async def interrupted(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await publish(*arguments)

    chosen = ("--key", f"{prefix}-*", "--execute")
    with monkeypatch.context() as patch:
        patch.setattr(replay, "publish", interrupted)
        stopped = cluster.call("replay", *chosen)
    assert stopped.exit_code == 1
    assert "1 replayed; stopped: run the same command again" in stopped.stdout
    rest = cluster.json("replay", *chosen)
    assert (rest["outcome"]["replayed"], rest["handled"]) == (2, 1)


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Every replay ends between its record and its mark."""

    async def crash(*_: object) -> None:
        raise Unavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr(replay, "publish", crash)
        yield patch


def test_a_query_without_its_mark_is_repeated_as_the_same_attempt(
    cluster: Cluster, prefix: str, crashing: pytest.MonkeyPatch
) -> None:
    letter = cluster.bury(cluster.send(QUERIES, prefix, b"{"), POISON, "classifier")
    with pytest.raises(Unavailable, match="killed"):
        cluster.call("replay", letter, "--execute")
    assert not cluster.marks(letter)
    crashing.undo()
    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 1
    attempts = [dict(r.headers).get("ragline-attempt") for r in cluster.read(QUERIES, prefix)]
    assert attempts == [None, b"2", b"2"]


def test_a_document_without_its_mark_is_recognised_and_only_marked(
    cluster: Cluster, prefix: str, crashing: pytest.MonkeyPatch
) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    with pytest.raises(Unavailable, match="killed"):
        cluster.call("replay", letter, "--execute")
    crashing.undo()
    outcome = cluster.json("replay", letter, "--execute")["outcome"]
    assert (outcome["replayed"], outcome["marked"]) == (0, 1)
    _, again = cluster.read(DOCUMENTS, key)
    assert cluster.marks(letter)[0].target_offset == again.offset
    assert "ragline-deadline" not in dict(again.headers)


def test_behind_a_newer_record_of_its_key_nothing_is_replayed(
    cluster: Cluster, prefix: str
) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    newer = cluster.send(DOCUMENTS, key, document(2))
    (step,) = cluster.json("replay", letter, "--execute")["steps"]
    assert (step["action"], step["reason"]) == (
        "skip",
        f"superseded by offset {newer.offset} of its key",
    )
    assert len(cluster.read(DOCUMENTS, key)) == 2
    assert cluster.json("list", letter)["matched"] == 1


def test_a_newer_record_that_comes_after_the_plan_is_noticed(cluster: Cluster, prefix: str) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    outcome = asyncio.run(_replayed_late(cluster, letter, key))
    assert (outcome.replayed, len(outcome.skipped)) == (0, 1)
    assert len(cluster.read(DOCUMENTS, key)) == 2


async def _replayed_late(cluster: Cluster, letter: str, key: str) -> replay.Outcome:
    kafka = kafka_settings(cluster.bootstrap)
    filters = replay.Filters(ids=frozenset({LetterId.parse(letter)}))
    async with replay.SourceScan(kafka) as scan:
        plan = await replay.plan_replay(kafka, scan, filters)
        assert plan.of(Action.REPLAY)
        await cluster._send(DOCUMENTS.name, key.encode(), document(2), [])
        return await replay.execute_replay(kafka, scan, plan, replay.Pace(), clock=utc_now)


def test_what_was_retried_goes_back_to_its_first_topic_and_partition(
    cluster: Cluster, prefix: str
) -> None:
    key = f"{prefix}/d"
    first = cluster.send(DOCUMENTS, key, document(1))
    retry: Headers = [
        ("own", b"1"),
        (RetryHeader.ORIGIN.value, b"documents"),
        (RetryHeader.APPENDED_AT.value, str(first.timestamp).encode()),
    ]
    letter = cluster.bury(cluster.send(RETRY_10M, key, document(1), retry), PERMANENT)
    chosen = ("--topic", "documents", "--key", key)
    assert cluster.json("replay", *chosen, "--execute")["outcome"]["replayed"] == 1
    _, again = cluster.read(DOCUMENTS, key)
    assert (again.partition, again.value) == (first.partition, first.value)
    assert list(again.headers) == [("own", b"1"), ("ragline-attempt", b"2")]
    assert cluster.marks(letter)[0].target_topic == "documents"


def test_an_erased_document_does_not_come_back(cluster: Cluster, prefix: str) -> None:
    record = replace(cluster.send(DOCUMENTS, f"{prefix}/d", document(1)), offset=10**9)
    letter = cluster.bury(replace(record, key=f"{prefix}/other".encode()), PERMANENT)
    (step,) = cluster.json("replay", letter, "--execute")["steps"]
    assert step["reason"].startswith("no longer on documents")


def test_a_letter_that_is_written_twice_is_replayed_once(cluster: Cluster, prefix: str) -> None:
    record = cluster.send(QUERIES, prefix, b"{")
    ids = {cluster.bury(record, POISON, "classifier") for _ in range(2)}
    outcome = cluster.json("replay", "--key", prefix, "--execute")["outcome"]
    assert (outcome["replayed"], outcome["marked"]) == (1, 1)
    assert len(cluster.read(QUERIES, prefix)) == 2
    assert all(cluster.marks(letter) for letter in ids)


def test_dropped_letters_are_passed_by_and_stay_on_the_topic(cluster: Cluster, prefix: str) -> None:
    letter = cluster.bury(cluster.send(QUERIES, prefix, b"{"), POISON, "classifier")
    assert "--execute" in cluster.call("drop", letter).stdout
    assert not cluster.marks(letter)
    cluster.call("drop", letter, "--execute", "--reason", "a test's rubbish")
    (mark,) = cluster.marks(letter)
    assert (mark.action, mark.reason) == ("dropped", "a test's rubbish")
    assert not cluster.json("list", letter)["matched"]
    assert cluster.json("list", letter, "--all")["dead_letters"][0]["state"] == "dropped"
    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 0
    assert cluster.read(DEAD_LETTERS, prefix)
