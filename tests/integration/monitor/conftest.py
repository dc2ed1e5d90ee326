"""A separate Kafka and Redis for this folder, and monitor processes on them."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

# fixtures that are used here as they are
from tests.integration.messaging.conftest import Cluster, Worker, cluster, start_worker
from tests.patience import PATIENCE_S

from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.redis import RedisServer
from ragline_cli.stack.server import running

StartMonitor = Callable[..., Worker]


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that a test may stop."""
    with running(RedisServer(tmp_path / "redis")) as server:
        yield server


@pytest.fixture
def start_monitor(start_worker: Callable[..., Worker], own_redis: RedisServer) -> StartMonitor:
    """Start a monitor with short intervals."""

    def start(**env: str) -> Worker:
        settings = {
            "RAGLINE_REDIS__URL": own_redis.url,
            # what Redis does not answer in time is counted without it; a busy machine is slow
            "RAGLINE_REDIS__TIMEOUT_S": f"{PATIENCE_S:g}",
            "RAGLINE_MONITOR__LOOK_EVERY_S": "0.3",
            "RAGLINE_MONITOR__DRIFT_EVERY_S": "0.5",
        }
        return start_worker(sys.executable, "-m", "ragline_monitor", **(settings | env))

    return start


@pytest.fixture
def history(own_redis: RedisServer) -> Iterator[Callable[[], Counter[str]]]:
    """Return the sums over all hours of the history."""
    with Redis.from_url(own_redis.url, decode_responses=True) as client:

        def read() -> Counter[str]:
            total: Counter[str] = Counter()
            for key in client.scan_iter("ragline:monitor:hour:*"):
                hour: Any = client.hgetall(key)
                total.update({field: float(amount) for field, amount in hour.items()})
            return total

        yield read


def measured(worker: Worker, name: str, **labels: str) -> float:
    """Return a counter of the monitor, summed over all labels that are not given."""
    url = f"http://127.0.0.1:{worker.port}/metrics"
    answer = http_get(url, timeout_s=PATIENCE_S)
    families = list(text_string_to_metric_families(answer.body.decode()))
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == f"ragline_monitor_{name}" and labels.items() <= sample.labels.items()
    )


def until(
    holds: Callable[[], bool], *, worker: Worker | None = None, timeout: float = PATIENCE_S
) -> None:
    """Wait until `holds` returns true."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(
        f"it does not hold after {timeout} s\n{worker.log.read_text() if worker else ''}"
    )


def value(**fields: Any) -> bytes:
    """Return a record's value."""
    return json.dumps(fields).encode()


def answers(count: int, **fields: Any) -> list[tuple[bytes | None, bytes | None]]:
    """Return records of distinct answers, by default of tenant `acme` and at the current time."""
    given = {
        "tenant": "acme",
        "status": "answered",
        "intent": "factual",
        "plan": "factual",
        "answered_at": datetime.now(UTC).isoformat(),
    }
    ids = [uuid4().hex for _ in range(count)]
    return [(i.encode(), value(query_id=i, **(given | fields))) for i in ids]


__all__ = [
    "Cluster",
    "StartMonitor",
    "Worker",
    "answers",
    "cluster",
    "measured",
    "start_worker",
    "until",
    "value",
]
