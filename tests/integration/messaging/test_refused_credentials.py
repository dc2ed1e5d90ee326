"""A password that Redis refuses is an outage of the ledger: no question loses its answer by it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis

from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

from .conftest import Cluster, Worker

NEW = "another-password"


@pytest.fixture
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of the test's own, whose password changes."""
    with running(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        yield server


@contextmanager
def changing(ledger: RedisServer) -> Iterator[Callable[[str], None]]:
    """Yield a function that sets the password; whoever is connected must come with it again."""
    with Redis.from_url(ledger.url, single_connection_client=True) as admin:

        def change(password: str) -> None:
            admin.config_set("requirepass", password)
            admin.client_kill_filter(_type="normal", skipme=True)

        yield change


def ask(cluster: Cluster, count: int) -> list[str]:
    ids = [str(uuid4()) for _ in range(count)]
    cluster.publish(
        "queries",
        [(i.encode(), json.dumps({"query_id": i, "text": "well?"}).encode()) for i in ids],
    )
    return ids


def wait_until_worked(ledger: RedisServer, ids: list[str], timeout: float = 60) -> None:
    until = time.monotonic() + timeout
    with Redis.from_url(ledger.url) as client:
        while not all(client.exists(f"worked:{i}") for i in ids):
            assert time.monotonic() < until, "not all of them were worked on"
            time.sleep(0.1)


def wait_for_trouble(worker: Worker, text: str, timeout: float = 60) -> None:
    """Wait until readiness names the ledger's trouble; the service stays ready all the same."""
    until = time.monotonic() + timeout
    while True:
        status, body = worker.probe("ready")
        if status == 200 and text in body["degraded"].get("ledger", ""):
            return
        assert time.monotonic() < until, f"never {text!r}: {status} {body}"
        time.sleep(0.1)


def url_with(ledger: RedisServer, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{ledger.port}/0"


def assert_one_answer_each(cluster: Cluster, ids: list[str]) -> None:
    answers = cluster.wait_for_answers(set(ids))
    assert {i: [a["status"] for a in answers[i]] for i in ids} == {i: ["answered"] for i in ids}
    dead = {message.key().decode() for message in cluster.read("dead-letters")}
    assert dead.isdisjoint(ids)


def test_answers_wait_until_the_password_is_right_again(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    worker = start_worker(
        RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="2", RAGLINE_DELIVERY__LEDGER_GRACE_S="50"
    )
    worker.wait_until("ready", 200)
    with changing(ledger) as change:
        ids = ask(cluster, 5)
        wait_until_worked(ledger, ids)
        password = ledger.url.split("@")[0].removeprefix("redis://:")
        change(NEW)
        wait_for_trouble(worker, "refuses the credentials")
        assert worker.metric("ragline_ledger_up") == 0
        assert set(ids).isdisjoint(cluster.answers())
        change(password)

    assert_one_answer_each(cluster, ids)
    worker.wait_until("live", 200)
    assert worker.metric("ragline_ledger_unavailable_total") == 0


def test_a_new_password_in_the_file_is_used_without_a_restart(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer, tmp_path: Path
) -> None:
    secret = tmp_path / "redis-url"
    secret.write_text(ledger.url)
    worker = start_worker(
        RAGLINE_REDIS__URL_FILE=str(secret),
        WORKER_SLOW_S="2",
        RAGLINE_DELIVERY__LEDGER_GRACE_S="50",
    )
    worker.wait_until("ready", 200)
    with changing(ledger) as change:
        ids = ask(cluster, 5)
        wait_until_worked(ledger, ids)
        change(NEW)
        wait_for_trouble(worker, "refuses the credentials")
        secret.write_text(url_with(ledger, NEW))
        assert_one_answer_each(cluster, ids)

    later = ask(cluster, 2)
    assert_one_answer_each(cluster, later)
    assert worker.metric("ragline_ledger_unavailable_total") == 0


def test_a_refusal_that_outlasts_the_grace_is_gone_on_without(
    cluster: Cluster, start_worker: Callable[..., Worker], ledger: RedisServer
) -> None:
    worker = start_worker(
        RAGLINE_REDIS__URL=ledger.url, WORKER_SLOW_S="2", RAGLINE_DELIVERY__LEDGER_GRACE_S="1"
    )
    worker.wait_until("ready", 200)
    with changing(ledger) as change:
        ids = ask(cluster, 5)
        wait_until_worked(ledger, ids)
        change(NEW)
        assert_one_answer_each(cluster, ids)

    worker.wait_until("live", 200)
    assert worker.metric("ragline_ledger_unavailable_total") == len(ids)
