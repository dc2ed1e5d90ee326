"""More questions than can be answered: who waits, who is shed, and who is not made to wait."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.patience import PATIENCE_S

from .conftest import Cluster, Worker

RELAY = Path(__file__).parent / "relay.py"
WORK_S, AT_ONCE = 0.1, 2  # twenty a second


@pytest.fixture
def start_pipeline(start_worker: Callable[..., Worker]) -> Callable[..., None]:
    """Start the real classifier before a pipeline that does twenty questions a second."""

    def start(**classifier: str) -> None:
        started = [
            start_worker(sys.executable, "-m", "ragline_classifier", **classifier),
            start_worker(sys.executable, str(RELAY), "retriever"),
            start_worker(
                sys.executable,
                str(RELAY),
                "generator",
                WORKER_WORK_S=str(WORK_S),
                RAGLINE_KAFKA__MAX_IN_FLIGHT=str(AT_ONCE),
            ),
        ]
        for worker in started:
            worker.wait_until("ready", 200)

    return start


@pytest.fixture
def pipeline(start_pipeline: Callable[..., None]) -> None:
    """The pipeline with the classifier's defaults."""
    start_pipeline()


def ask(cluster: Cluster, tenant: str, count: int, **fields: Any) -> list[str]:
    """Publish questions of a tenant; their ids sort by time."""
    start = time.time_ns()
    ids = [f"{tenant}-{start + n}" for n in range(count)]
    values = [{"query_id": i, "text": "How?", "tenant": tenant} | fields for i in ids]
    cluster.publish("queries", [(v["query_id"].encode(), json.dumps(v).encode()) for v in values])
    return ids


def wait_for_one_without_degradation(cluster: Cluster) -> None:
    """Ask one question after the other until none stands before it."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        (alone,) = ask(cluster, "alone", 1, deadline=within(600))
        (answer,) = cluster.wait_for_answers({alone})[alone]
        if not answer.get("degradations"):
            return
    raise AssertionError("a question alone still goes without the optional")


def within(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def answered_at(cluster: Cluster) -> dict[str, int]:
    """Return when each query was answered: the broker's time, in epoch milliseconds."""
    return {m.key().decode(): m.timestamp()[1] for m in cluster.read("answers")}


@pytest.mark.usefixtures("pipeline")
def test_a_burst_of_one_tenant_does_not_make_another_wait(cluster: Cluster) -> None:
    warm = ask(cluster, "warm", 120)  # what the pipeline can do is known only once it was busy
    cluster.wait_for_answers(set(warm))
    loud = ask(cluster, "loud", 600, deadline=within(600))
    quiet: list[str] = []
    asked_at: dict[str, float] = {}
    for _ in range(5):
        time.sleep(1)
        (query_id,) = ask(cluster, "quiet", 1, deadline=within(600))
        quiet.append(query_id)
        asked_at[query_id] = time.time() * 1000
    cluster.wait_for_answers(set(loud) | set(quiet))

    at = answered_at(cluster)
    for query_id in quiet:
        before = sum(asked_at[query_id] < at[i] < at[query_id] for i in loud)
        assert before < 200, f"{before} of the burst's answers came first"
    assert max(at[i] for i in quiet) < max(at[i] for i in loud)


@pytest.mark.usefixtures("pipeline")
def test_what_cannot_be_answered_in_time_is_shed_at_once_with_a_time_to_come_back(
    cluster: Cluster,
) -> None:
    warm = ask(cluster, "warm", 240)
    cluster.wait_for_answers(set(warm))
    ids = ask(cluster, "hasty", 600, deadline=within(8))
    answers = {i: found[0] for i, found in cluster.wait_for_answers(set(ids)).items() if i in ids}

    ends = Counter((a["status"], a.get("error", {}).get("code")) for a in answers.values())
    shed = [a for a in answers.values() if a.get("error", {}).get("code") == "overloaded"]
    assert len(shed) > 200, ends
    assert all(a["error"]["retry_after"] >= 1 for a in shed)
    assert len(shed) > sum(count for (status, _), count in ends.items() if status == "expired")
    assert ends["answered", None] > 30, ends
    letters = {m.key().decode() for m in cluster.read("dead-letters")}
    assert letters.isdisjoint(ids)


def test_under_lag_questions_go_without_the_optional(
    cluster: Cluster, start_pipeline: Callable[..., None]
) -> None:
    # A rung two seconds below everyone's time, so that only the wait decides, on any machine
    start_pipeline(RAGLINE_LADDER__LESS_RERANK_S="598", RAGLINE_ADMISSION__TARGET_S="4")
    warm = ask(cluster, "warm", 240)
    cluster.wait_for_answers(set(warm))
    ids = ask(cluster, "hasty", 240, deadline=within(600))
    answers = [found[0] for i, found in cluster.wait_for_answers(set(ids)).items() if i in ids]
    without = Counter(kind for a in answers for kind in a.get("degradations", ()))
    assert without["rerank_depth_reduced"] > 10, without
    wait_for_one_without_degradation(cluster)
