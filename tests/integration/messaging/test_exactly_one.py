"""One distinct answer a query: claims, reservations, and members that were given up too early."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from redis import Redis
from tests.patience import PATIENCE_S

from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

from .conftest import Cluster, Worker


@pytest.fixture
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the test's own, to kill."""
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


def ask(cluster: Cluster, count: int = 1) -> list[str]:
    ids = [str(uuid4()) for _ in range(count)]
    cluster.publish(
        "queries",
        [(i.encode(), json.dumps({"query_id": i, "text": "well?"}).encode()) for i in ids],
    )
    return ids


def worked(ledger: RedisServer, query_id: str) -> int:
    with Redis.from_url(ledger.url) as client:
        return int(client.get(f"worked:{query_id}") or 0)


def wait_for(condition: Callable[[], bool], what: str, timeout: float = PATIENCE_S) -> None:
    until = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.1)


def distinct(cluster: Cluster, query_id: str) -> set[bytes]:
    return {m.value() for m in cluster.read("answers") if m.key() == query_id.encode()}


def test_work_that_another_member_is_doing_is_not_done_twice(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    settings = {"RAGLINE_REDIS__URL": ledger.url, "WORKER_SLOW_S": "12"}
    start_worker(**settings).wait_until("ready", 200)
    ids = ask(cluster, 8)
    wait_for(lambda: all(worked(ledger, i) for i in ids), "work on all of them")
    # its partitions move after three seconds, while it goes on with what it has begun
    start_worker(**settings).wait_until("ready", 200)
    cluster.wait_for_answers(set(ids))
    time.sleep(3)  # for the repeats of those that were redelivered
    assert [worked(ledger, i) for i in ids] == [1] * len(ids)
    assert [len(distinct(cluster, i)) for i in ids] == [1] * len(ids)


def test_a_member_that_slept_through_its_session_repeats_the_winner_s_bytes(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    sleeper = start_worker(RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="4")
    sleeper.wait_until("ready", 200)
    ids = ask(cluster, 4)
    wait_for(lambda: all(worked(ledger, i) for i in ids), "work on all of them")
    sleeper.signal(signal.SIGSTOP)
    start_worker(RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="1")
    cluster.wait_for_answers(set(ids))
    sleeper.signal(signal.SIGCONT)
    wait_for(
        lambda: sum(m.key().decode() in ids for m in cluster.read("answers")) >= 2 * len(ids),
        "the sleeper's own attempts",
    )
    assert [worked(ledger, i) for i in ids] == [2] * len(ids)
    assert [len(distinct(cluster, i)) for i in ids] == [1] * len(ids)


def test_answers_wait_for_a_ledger_that_comes_back_with_its_claims(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    worker = start_worker(RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="2")
    worker.wait_until("ready", 200)
    (first,) = ask(cluster)
    cluster.wait_for_answers({first})
    (second,) = ask(cluster)
    wait_for(lambda: bool(worked(ledger, second)), "work on the second")
    ledger.kill()
    time.sleep(4)
    assert second not in cluster.answers()
    ledger.start()
    cluster.wait_for_answers({second})
    with Redis.from_url(ledger.url) as client:
        for query_id in (first, second):
            (published,) = distinct(cluster, query_id)
            assert client.get(f"ragline:answer/default/{query_id}") == published


def test_a_long_outage_of_the_ledger_is_gone_on_without(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    """What is promised without Redis: every query is answered, at least once, and it is counted."""
    worker = start_worker(
        RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="2", RAGLINE_DELIVERY__LEDGER_GRACE_S="1"
    )
    worker.wait_until("ready", 200)
    ids = ask(cluster, 5)
    wait_for(lambda: all(worked(ledger, i) for i in ids), "work on all of them")
    ledger.kill()
    cluster.wait_for_answers(set(ids))
    assert worker.metric("ragline_ledger_unavailable_total") == len(ids)
