"""On real Kafka: the hashes of librdkafka, as it comes and as it should be set."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from .conftest import Cluster, Worker
from .test_floods import DOCUMENT_WORKER, documents, wait_for_statuses

NAME = "ragline_misplaced_keys_total"


def test_keys_that_another_hash_placed_are_counted_and_named(
    cluster: Cluster, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    command = (sys.executable, str(DOCUMENT_WORKER))
    worker = start_worker(*command, WORKER_FLAGS=str(tmp_path))
    worker.wait_until("ready", 200)

    ids, records = documents("alike", ["text"] * 20)
    cluster.publish("documents", list(records), partitioner="murmur2_random")
    wait_for_statuses(cluster, ids)
    assert worker.metric(NAME) == 0

    ids, records = documents("unlike", ["text"] * 20)
    cluster.publish("documents", list(records))
    wait_for_statuses(cluster, ids)
    assert worker.metric(NAME) > 0
    assert "set `partitioner=murmur2_random`" in worker.log.read_text()
