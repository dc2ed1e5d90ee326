"""On real Kafka: the hashes of librdkafka, as it comes and as it should be set."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ragline.messaging.placement import other_homes, partition_of

from .conftest import PARTITIONS, Cluster, Worker
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


@pytest.mark.parametrize("partitioner", ["consistent_random", "fnv1a_random"])
def test_other_homes_are_where_librdkafka_puts_keys(cluster: Cluster, partitioner: str) -> None:
    _, records = documents(partitioner, ["text"] * 40)
    cluster.publish("documents", list(records), partitioner=partitioner)
    keys = {key for key, _ in records}
    found = {m.key(): m.partition() for m in cluster.read("documents") if m.key() in keys}
    assert set(found) == keys
    for key, partition in found.items():
        assert partition in other_homes(key, PARTITIONS) | {partition_of(key, PARTITIONS)}
