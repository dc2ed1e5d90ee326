"""The monitor as processes on real Kafka and Redis: all four topics, restarts, two replicas."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from confluent_kafka import Producer
from tests.patience import PATIENCE_S, patient_redis

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.views import RedisViews
from ragline.contracts.documents import DocumentStatus
from ragline.ports.views import PipelineState
from ragline_cli.stack.redis import RedisServer

from .conftest import Cluster, StartMonitor, Worker, answers, measured, until, value

History = Callable[[], Counter[str]]


async def look(
    redis: RedisServer, tenant: str, document: str
) -> tuple[PipelineState | None, DocumentStatus | None]:
    """Return what those see who look."""
    async with open_redis(patient_redis(url=redis.url)) as client:
        views = RedisViews(client)
        return await views.pipeline(), await views.document(tenant, document)


def status(tenant: str, document: str, **fields: object) -> tuple[bytes, bytes]:
    """Return the record of a document's status, version 1 indexed after 20 ms."""
    given = {
        "version": 1,
        "status": "indexed",
        "freshness_ms": 20.0,
        "finished_at": "2026-01-01T00:00:00Z",
    }
    body = value(tenant=tenant, document_id=document, **(given | fields))
    return f"{tenant}/{document}".encode(), body


def publish_poison(cluster: Cluster) -> None:
    """Publish two records on `feedback` that are none, each in its own way."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    producer.produce("feedback", key=b"p", value=b"{", headers=[("odd", b"\xff\xfe")])
    producer.produce("feedback", key=b"p", value=b'{"query_id": "q"}')
    assert producer.flush(PATIENCE_S) == 0


async def test_all_four_topics_are_noted_and_poison_is_a_dead_letter_that_counts(
    cluster: Cluster, start_monitor: StartMonitor, own_redis: RedisServer, history: History
) -> None:
    monitor, tenant = start_monitor(), uuid4().hex
    monitor.wait_until("ready", 200)
    records = answers(3, tenant=tenant, top_score=0.91)
    [(key, _), *_] = records
    assert key is not None
    about = {"query_id": key.decode(), "tenant": tenant}
    cluster.publish("answers", [*records, records[0]])
    until(lambda: measured(monitor, "answers_total") == 3, worker=monitor)
    cluster.publish("document-status", [status(tenant, "a.md"), status(tenant, "a.md", version=2)])
    cluster.publish(
        "feedback",
        [
            (key, value(**about, rating="up", reason="thanks")),
            (key, value(**about, rating="down", marker=1)),
            (key, value(query_id=key.decode(), tenant="other", rating="down")),
        ],
    )
    publish_poison(cluster)
    until(lambda: measured(monitor, "dead_letters_total") == 2, worker=monitor)
    until(lambda: measured(monitor, "documents_total") == 2, worker=monitor)
    until(lambda: measured(monitor, "repeats_total", topic="answers") == 1, worker=monitor)

    for cause in ("invalid_json", "invalid_schema"):
        labels = {"topic": "feedback", "service": "monitor", "cause": cause}
        assert measured(monitor, "dead_letters_total", **labels) == 1
    rated = {"intent": "factual", "plan": "factual"}
    assert measured(monitor, "feedback_total", about="answer", rating="up", **rated) == 1
    assert measured(monitor, "feedback_total", about="citation", rating="down", **rated) == 1
    assert measured(monitor, "feedback_unmatched_total", reason="early") == 1
    assert measured(monitor, "freshness_objective_total", outcome="met") == 2
    assert history()["answers"] == history()["score:18"] == 3
    assert history()["thumbs:up"] == 1
    _, document = await look(own_redis, tenant, "a.md")
    assert document is not None
    assert document.version == 2

    async def dead_letters() -> int | None:
        pipeline, _ = await look(own_redis, tenant, "a.md")
        return pipeline.dead_letters if pipeline else None

    await eventually(dead_letters, 2)
    assert monitor.probe("ready")[0] == 200


async def test_lag_members_and_pace_of_a_stage_are_seen(
    cluster: Cluster,
    start_monitor: StartMonitor,
    start_worker: Callable[..., Worker],
    own_redis: RedisServer,
) -> None:
    monitor = start_monitor()
    monitor.wait_until("ready", 200)
    queries = [(i.encode(), value(query_id=i, text="hello")) for i in map(str, range(40))]
    cluster.publish("queries", list(queries))

    async def classifier() -> tuple[int, int] | None:
        state, _ = await look(own_redis, "nobody", "nothing")
        return None if state is None else (state.stages[0].lag, state.stages[0].members)

    await eventually(classifier, (40, 0))
    start_worker().wait_until("ready", 200)
    await eventually(classifier, (0, 1))


async def eventually(ask: Callable[[], object], expected: object) -> None:
    """Wait until `ask` returns what is expected."""
    found: object = None
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        found = await ask()  # type: ignore[misc]
        if found == expected:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{found} rather than {expected}")


def test_a_kill_and_a_restart_count_no_answer_twice_and_lose_none(
    cluster: Cluster, start_monitor: StartMonitor, history: History
) -> None:
    def counted() -> float:
        return history()["plan:killed"]

    monitor = start_monitor()
    monitor.wait_until("ready", 200)
    cluster.publish("answers", answers(600, plan="killed", degradations=["llm_skipped"]))
    until(lambda: counted() > 0, worker=monitor)
    monitor.signal(signal.SIGKILL)
    monitor.process.wait(PATIENCE_S)
    cluster.publish("answers", answers(100, plan="killed", degradations=["llm_skipped"]))

    again = start_monitor()
    until(lambda: counted() >= 700, worker=again)
    time.sleep(1)
    assert counted() == history()["degradation:llm_skipped"] == 700


def test_a_stop_and_a_start_count_no_feedback_twice_and_lose_none(
    cluster: Cluster, start_monitor: StartMonitor, history: History
) -> None:
    def counted() -> float:
        return history()["thumbs:up:troubleshooting"]

    records = answers(200, intent="troubleshooting")
    thumbs = [
        (key, value(query_id=(key or b"").decode(), tenant="acme", rating="up"))
        for key, _ in records
    ]
    cluster.publish("feedback", list(thumbs))  # before their answers
    monitor = start_monitor()
    monitor.wait_until("ready", 200)
    cluster.publish("answers", records)
    until(lambda: counted() > 0, worker=monitor)
    monitor.signal(signal.SIGTERM)
    assert monitor.process.wait(PATIENCE_S) == 0

    again = start_monitor()
    until(lambda: counted() >= 200, worker=again)
    time.sleep(1)
    assert counted() == history()["intent:troubleshooting"] == 200


def test_two_replicas_share_the_work_and_count_each_answer_once(
    cluster: Cluster, start_monitor: StartMonitor, history: History
) -> None:
    monitors = [start_monitor(), start_monitor()]
    for monitor in monitors:
        monitor.wait_until("ready", 200)
    published = 0

    def shares() -> list[float]:
        return [measured(monitor, "answers_total", plan="shared") for monitor in monitors]

    def repeats() -> float:
        return sum(measured(monitor, "repeats_total", topic="answers") for monitor in monitors)

    def shared() -> bool:
        """Publish more: a replica that is late to its partitions has its share of what follows."""
        nonlocal published
        records = answers(300, plan="shared")
        cluster.publish("answers", [*records, *records])
        published += len(records)
        # What a rebalance delivers again is a repeat, too: enough repeats do not mean all answers
        until(lambda: history()["plan:shared"] == sum(shares()) == published <= repeats())
        return all(shares())

    until(shared)
    assert sum(shares()) == history()["plan:shared"] == published


def test_another_mix_of_questions_than_in_the_days_before_is_an_alarm(
    cluster: Cluster, start_monitor: StartMonitor, history: History
) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    cluster.publish("answers", answers(120, plan="drift", answered_at=yesterday))
    cluster.publish("answers", answers(120, plan="drift", intent="procedural"))
    monitor = start_monitor(RAGLINE_MONITOR__DRIFT_LEAST_ANSWERS="100")
    until(lambda: history()["plan:drift"] == 240, worker=monitor)
    until(
        lambda: monitor.metric('ragline_drift_alarm{signal="intents"}') == 1,
        worker=monitor,
    )
    assert monitor.metric('ragline_drift_index{signal="intents"}') > 0.25
    assert monitor.metric('ragline_drift_alarm{signal="refusals"}') == 0
    assert "intents have drifted" in monitor.log.read_text()


async def test_without_redis_all_is_counted_and_the_views_catch_up(
    cluster: Cluster, start_monitor: StartMonitor, own_redis: RedisServer
) -> None:
    monitor, tenant = start_monitor(), uuid4().hex
    monitor.wait_until("ready", 200)
    own_redis.kill()
    cluster.publish("answers", answers(50, plan="alone"))
    cluster.publish("document-status", [status(tenant, f"{n}.md") for n in range(20)])
    cluster.publish("feedback", [(b"q", value(query_id="q", tenant=tenant, rating="up"))])
    until(lambda: measured(monitor, "answers_total", plan="alone") == 50, worker=monitor)
    until(lambda: measured(monitor, "documents_total") >= 20, worker=monitor)
    until(lambda: measured(monitor, "feedback_total", intent="unknown") == 1, worker=monitor)
    body = monitor.wait_until("ready", 200)
    assert "redis" in json.dumps(body["degraded"])
    assert monitor.metric("ragline_degraded_dependency_total") > 0

    own_redis.start()

    async def shown() -> int:
        found = [await look(own_redis, tenant, f"{n}.md") for n in range(20)]
        return sum(document is not None for _, document in found)

    await eventually(shown, 20)
    until(lambda: monitor.probe("ready")[1].get("degraded") in (None, {}), worker=monitor)
