"""An ingestor that ends takes its parser processes with it."""

from __future__ import annotations

import json
import signal
import sys
import time
import uuid
from collections.abc import Callable

import psutil
import pytest
from tests.integration.messaging.conftest import Cluster, Worker
from tests.patience import PATIENCE_S

# the HTML parser compares each attribute with all others
SLOW_PAGE = f"<p {' '.join(f'a{number}' for number in range(500_000))}>slow</p>"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_no_parser_outlives_the_ingestor(
    cluster: Cluster,
    start_worker: Callable[..., Worker],
    postgres_url: str,
    redis_url: str,
    stop: signal.Signals,
) -> None:
    settings = {
        "RAGLINE_VECTOR_STORE__KIND": "pgvector",
        "RAGLINE_VECTOR_STORE__URL": postgres_url,
        "RAGLINE_VECTOR_STORE__COLLECTION": f"T{uuid.uuid4().hex}",
        "RAGLINE_REDIS__URL": redis_url,
        "RAGLINE_KAFKA__DRAIN_TIMEOUT_S": "0.5",
        # what bounds a parser whose ingestor was killed
        "RAGLINE_INGESTOR__PARSE_CPU_S": "600" if stop is signal.SIGTERM else "4",
    }
    ingestor = start_worker(sys.executable, "-m", "ragline_ingestor", **settings)
    ingestor.wait_until("ready", 200)
    parsers = wait_for_parsers(ingestor)
    change = {"document_id": uuid.uuid4().hex, "version": 1, "content": SLOW_PAGE}
    change["media_type"] = "text/html"
    key = f"default/{change['document_id']}".encode()
    cluster.publish("documents", [(key, json.dumps(change).encode())])
    wait_until_busy(parsers)
    ingestor.signal(stop)
    ingestor.process.wait(PATIENCE_S)
    _, alive = psutil.wait_procs(parsers, timeout=PATIENCE_S)
    assert alive == []


def wait_for_parsers(ingestor: Worker) -> list[psutil.Process]:
    """Wait for both: they start beside the service, one after the other."""
    until = time.monotonic() + PATIENCE_S
    while len(found := psutil.Process(ingestor.process.pid).children(recursive=True)) != 2:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def wait_until_busy(processes: list[psutil.Process]) -> None:
    """Wait until one has worked for 2 s: to import all parsers takes half of that."""
    until = time.monotonic() + PATIENCE_S
    while max(sum(process.cpu_times()[:2]) for process in processes) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
