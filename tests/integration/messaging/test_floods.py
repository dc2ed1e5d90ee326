"""On real Kafka: nobody's bad documents stop others', and a topic that has stopped comes back."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from tests.patience import PATIENCE_S

from .conftest import Cluster, Worker

DOCUMENT_WORKER = Path(__file__).parent / "document_worker.py"
Statuses = dict[str, list[dict[str, Any]]]


@pytest.fixture
def flags(tmp_path: Path) -> Path:
    """The folder whose files make the worker's world fail."""
    folder = tmp_path / "flags"
    folder.mkdir()
    return folder


@pytest.fixture
def start(start_worker: Callable[..., Worker], flags: Path) -> Callable[..., Worker]:
    """Start document workers and wait until they consume."""

    def run(**env: str) -> Worker:
        command = (sys.executable, str(DOCUMENT_WORKER))
        worker = start_worker(*command, WORKER_FLAGS=str(flags), **env)
        worker.wait_until("ready", 200)
        return worker

    return run


def documents(
    tenant: str, contents: list[str], *, version: int = 1, ids: list[str] | None = None
) -> tuple[list[str], list[tuple[bytes, bytes]]]:
    """Return ids and records of documents with these contents."""
    ids = ids or [uuid4().hex for _ in contents]
    values = [
        {
            "tenant": tenant,
            "document_id": each,
            "version": version,
            "operation": "upsert",
            "title": "t",
            "content": content,
            "updated_at": "2026-12-01T00:00:00Z",
        }
        for each, content in zip(ids, contents, strict=True)
    ]
    records = [
        (f"{tenant}/{value['document_id']}".encode(), json.dumps(value).encode())
        for value in values
    ]
    return ids, records


def statuses(cluster: Cluster) -> Statuses:
    """Return all statuses by document id, those of one document in order."""
    found: Statuses = defaultdict(list)
    for message in cluster.read("document-status"):
        status = json.loads(message.value() or b"")
        found[status["document_id"]].append(status)
    return found


def wait_for_statuses(
    cluster: Cluster, ids: list[str], *, each: int = 1, timeout: float = 90
) -> Statuses:
    """Wait until every document has `each` statuses."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        found = statuses(cluster)
        if all(len(found[i]) >= each for i in ids):
            return found
        time.sleep(0.3)
    raise AssertionError(f"{sum(len(found[i]) < each for i in ids)} documents have no status")


def wait_for(what: Callable[[], bool], timeout: float = 60) -> None:
    """Wait until something is so."""
    until = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.1)


def dead_letters(cluster: Cluster, ids: list[str]) -> list[str]:
    """Return which of the documents are dead letters."""
    keys = [(m.key() or b"").decode().partition("/")[2] for m in cluster.read("dead-letters")]
    return [key for key in keys if key in set(ids)]


def members(cluster: Cluster, group: str) -> int | None:
    """Return how many members a consumer group has; None while the broker cannot say."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    try:
        return len(admin.describe_consumer_groups([group])[group].result(PATIENCE_S).members)
    except KafkaException:  # the group's coordinator is loading
        return None


def test_one_tenant_s_unusable_documents_stop_nobody_s(
    cluster: Cluster, start: Callable[..., Worker]
) -> None:
    worker = start(RAGLINE_KAFKA__MAX_IN_FLIGHT="4")
    scans, bad = documents("scanner", ["unusable"] * 120)
    notes, good = documents("writer", ["text"] * 20)
    cluster.publish("documents", list(bad))
    wait_for(lambda: worker.metric("ragline_dead_letters_total") >= 60)
    cluster.publish("documents", list(good))

    found = wait_for_statuses(cluster, [*scans, *notes])
    assert {found[i][0]["status"] for i in notes} == {"indexed"}
    assert {found[i][0]["status"] for i in scans} == {"failed"}
    assert sorted(dead_letters(cluster, scans)) == sorted(scans)
    assert worker.metric("ragline_publishers_limited") == 1
    status, body = worker.probe("ready")
    assert status == 200
    assert "one at a time" in body["degraded"]["publishers"]

    better, records = documents("scanner", ["text"] * 20)
    cluster.publish("documents", list(records))
    wait_for_statuses(cluster, better)
    wait_for(lambda: worker.metric("ragline_publishers_limited") == 0)
    worker.signal(signal.SIGTERM)
    assert worker.process.wait(30) == 0


def test_a_flood_of_our_own_failures_stops_the_topic_which_leaves_its_group_and_comes_back(
    cluster: Cluster, start: Callable[..., Worker], flags: Path
) -> None:
    (flags / "bug").touch()
    worker = start(
        RAGLINE_DELIVERY__FLOOD_RUN="5",
        RAGLINE_DELIVERY__FLOOD_PAUSE_S="3",
        RAGLINE_KAFKA__MAX_IN_FLIGHT="1",
    )
    ids, records = documents("acme", ["bug"] * 60)
    cluster.publish("documents", list(records))

    worker.wait_for_problem("dead letters in a row")
    wait_for(lambda: members(cluster, "ragline.ingestor.documents") == 0)
    assert worker.metric('ragline_topic_state{topic="documents"}') == 2
    assert worker.probe("live")[0] == 200
    (flags / "bug").unlink()
    found = wait_for_statuses(cluster, ids)
    worker.wait_until("ready", 200)
    assert worker.metric('ragline_topic_state{topic="documents"}') == 0
    failed = [i for i in ids if found[i][0]["status"] == "failed"]
    assert sorted(dead_letters(cluster, ids)) == sorted(failed)
    assert 5 <= len(failed) <= 10
    assert worker.metric("ragline_topic_stops_total") >= 1


def test_a_stopped_topic_goes_on_at_once_when_an_operator_says_so(
    cluster: Cluster, start: Callable[..., Worker], flags: Path
) -> None:
    (flags / "bug").touch()
    worker = start(
        RAGLINE_DELIVERY__FLOOD_RUN="5",
        RAGLINE_DELIVERY__FLOOD_PAUSE_S="3000",
        RAGLINE_DELIVERY__FLOOD_PAUSE_MAX_S="3000",
        RAGLINE_KAFKA__MAX_IN_FLIGHT="1",
    )
    ids, records = documents("acme", ["bug"] * 20)
    cluster.publish("documents", list(records))
    worker.wait_for_problem("dead letters in a row")
    wait_for(lambda: members(cluster, "ragline.ingestor.documents") == 0)

    (flags / "bug").unlink()
    worker.signal(signal.SIGUSR1)
    wait_for_statuses(cluster, ids)
    worker.wait_until("ready", 200)


def test_a_store_that_is_away_longer_than_all_retries_costs_no_document(
    cluster: Cluster, start: Callable[..., Worker], flags: Path
) -> None:
    env = {
        "RAGLINE_CIRCUIT__COOLDOWN_S": "0.2",
        "RAGLINE_HTTP__LIVENESS_MAX_STALL_S": "2",
    }
    worker = start(**env)
    (flags / "away").touch()
    ids, first = documents("acme", ["text"] * 60)
    _, second = documents("acme", ["text"] * 60, version=2, ids=ids)
    cluster.publish("documents", [*first, *second])

    wait_for(lambda: worker.metric("ragline_consumption_paused") == 1)
    # every trial is a second apart: by now a document would have gone through all retry topics
    wait_for(lambda: worker.metric("ragline_circuit_opened_total") >= 6)
    worker.wait_for_problem("vector_store")
    assert "away since" in worker.probe("ready")[1]["degraded"]["consumption"]
    assert worker.probe("live")[0] == 200

    worker.signal(signal.SIGTERM)  # what waits is given up, for whoever comes next
    assert worker.process.wait(15) == 0, worker.log.read_text()
    (flags / "away").unlink()
    start(**env)
    found = wait_for_statuses(cluster, ids, each=2)
    assert dead_letters(cluster, ids) == []
    assert {status["status"] for i in ids for status in found[i]} == {"indexed"}


def test_documents_go_on_by_themselves_when_the_store_is_back(
    cluster: Cluster, start: Callable[..., Worker], flags: Path
) -> None:
    worker = start(RAGLINE_CIRCUIT__COOLDOWN_S="0.2", RAGLINE_HTTP__LIVENESS_MAX_STALL_S="2")
    (flags / "away").touch()
    ids, first = documents("acme", ["text"] * 40)
    _, second = documents("acme", ["text"] * 40, version=2, ids=ids)
    cluster.publish("documents", [*first, *second])
    wait_for(lambda: worker.metric("ragline_circuit_opened_total") >= 6)
    assert worker.probe("live")[0] == 200
    (flags / "away").unlink()

    found = wait_for_statuses(cluster, ids, each=2)
    assert dead_letters(cluster, ids) == []
    assert worker.metric("ragline_retries_total") == 0
    assert [[status["version"] for status in found[i]] for i in ids] == [[1, 2]] * len(ids)
    assert worker.metric("ragline_consumption_paused") == 0
    worker.wait_until("ready", 200)
    assert worker.probe("live")[0] == 200
