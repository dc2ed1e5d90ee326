"""A dependency that goes and comes back is two lines in the log, however many records wait."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.patience import PATIENCE_S

from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

from .conftest import Cluster, Worker

QUESTIONS = 40
_LOUD = {"WARNING", "ERROR", "CRITICAL"}


def lines(worker: Worker) -> list[dict[str, str]]:
    """Return the log so far."""
    written = worker.log.read_text().splitlines()
    return [json.loads(line) for line in written if line.startswith("{") and line.endswith("}")]


def wait_for_line(worker: Worker, text: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not any(text in line["message"] for line in lines(worker)):
        assert time.monotonic() < until, f"no {text!r} in\n{worker.log.read_text()}"
        time.sleep(0.1)


def ask(cluster: Cluster) -> set[str]:
    asked = {uuid4().hex for _ in range(QUESTIONS)}
    cluster.publish(
        "queries",
        [(key.encode(), json.dumps({"query_id": key, "text": "hello"}).encode()) for key in asked],
    )
    cluster.wait_for_answers(asked)
    return asked


def test_redis_that_goes_and_comes_back_is_two_lines_and_a_question_is_one(
    cluster: Cluster, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    with running(RedisServer(tmp_path / "redis")) as redis:
        worker = start_worker(
            RAGLINE_REDIS__URL=redis.url,
            RAGLINE_LOG__FORMAT="json",
            RAGLINE_DELIVERY__LEDGER_GRACE_S="0",
        )
        worker.wait_until("ready", 200)
        asked, before = ask(cluster), len(lines(worker))
        redis.stop()
        wait_for_line(worker, "answers wait, then go out unclaimed")
        redis.start()
        wait_for_line(worker, "the answer ledger is back")
    told = [line for line in lines(worker) if line.get("query_id") in asked]
    assert {line["outcome"] for line in told} == {"published"}
    assert len(told) == QUESTIONS
    since = [line for line in lines(worker)[before:] if line["logger"].startswith("ragline.")]
    about = [line for line in since if line["level"] in _LOUD or "ledger" in line["message"]]
    assert [line["level"] for line in about] == ["WARNING", "INFO"], about
