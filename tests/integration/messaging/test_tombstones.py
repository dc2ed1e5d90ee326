"""On real Kafka: a null value on `documents` deletes, as far as nothing of its key follows it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import TopicPartition

from ragline.contracts.topics import DOCUMENTS
from ragline.messaging.log_ahead import LogAhead
from ragline.settings import KafkaSettings
from ragline_cli.kafka.topics import apply_topics

from .conftest import Cluster, Worker
from .test_floods import DOCUMENT_WORKER, documents, wait_for_statuses


@pytest.fixture
async def place(cluster: Cluster) -> TopicPartition:
    """The only partition of a topic of its own."""
    made = replace(DOCUMENTS, name=f"documents-{uuid4().hex[:8]}", partitions=1)
    await apply_topics(cluster.bootstrap, topics=[made])
    return TopicPartition(made.name, 0)


async def test_it_is_known_whether_a_key_goes_on(cluster: Cluster, place: TopicPartition) -> None:
    first = [(b"t/a", b"1"), (b"t/a", None), (b"t/b", b"1"), (b"t/b", None), (b"t/a", b"2")]
    cluster.publish(place.topic, list(first))
    async with LogAhead(KafkaSettings(bootstrap_servers=cluster.bootstrap)) as ahead:
        assert not await ahead.continues(place, 3, b"t/b")
        assert await ahead.continues(place, 1, b"t/a")  # an earlier one, asked later
        assert not await ahead.continues(place, 4, b"t/a")
        cluster.publish(place.topic, [(b"t/b", b"2"), (b"t/c", None)])
        assert await ahead.continues(place, 3, b"t/b")
        assert not await ahead.continues(place, 6, b"t/c")


def test_a_day_of_tombstones_deletes_and_stops_nobody(
    cluster: Cluster, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    command = (sys.executable, str(DOCUMENT_WORKER))
    worker = start_worker(*command, WORKER_FLAGS=str(tmp_path), RAGLINE_KAFKA__MAX_IN_FLIGHT="4")
    worker.wait_until("ready", 200)
    gone = [uuid4().hex for _ in range(60)]
    again, republished = documents("cms", ["text"] * 3)
    notes, good = documents("writer", ["text"] * 10)
    nulls = [(f"cms/{each}".encode(), None) for each in (*again, *gone)]
    unnamed = [(b"of nobody", None)] * 60
    cluster.publish("documents", [*nulls, *republished, *unnamed, *good])

    found = wait_for_statuses(cluster, [*gone, *again, *notes])
    assert {found[each][0]["status"] for each in gone} == {"deleted"}
    assert {found[each][-1]["status"] for each in (*again, *notes)} == {"indexed"}
    letters = [m for m in cluster.read("dead-letters") if m.key() == b"of nobody"]
    assert len(letters) == len(unnamed)
    assert {letter.value() for letter in letters} == {None}
    assert worker.probe("ready")[0] == 200


def test_a_tombstone_that_is_read_again_does_not_delete_what_came_after_it(
    cluster: Cluster, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    document = uuid4().hex
    key = f"cms/{document}".encode()
    value = {"tenant": "cms", "document_id": document, "version": 7, "content": "text"}
    records: list[tuple[bytes | None, bytes | None]] = [
        (key, None),
        (key, json.dumps(value).encode()),
    ]
    cluster.publish("documents", records)
    command = (sys.executable, str(DOCUMENT_WORKER))
    start_worker(*command, WORKER_FLAGS=str(tmp_path)).wait_until("ready", 200)

    found = wait_for_statuses(cluster, [document], each=2)[document]
    assert [each["status"] for each in found] == ["superseded", "indexed"]
