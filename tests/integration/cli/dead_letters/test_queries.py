"""Queries are replayed on a real Kafka: once, as a new attempt, whatever interrupts it."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.cli.dead_letters.conftest import POISON, Cluster

from ragline.contracts.cloudevents import Headers
from ragline.contracts.topics import (
    QUERIES,
)
from ragline.errors import Unavailable
from ragline_cli.kafka import events


def test_a_query_goes_back_once_as_a_new_attempt(cluster: Cluster, prefix: str) -> None:
    own: Headers = [("x", b"\xff"), ("x", None), ("ragline-deadline", b"1")]  # type: ignore[list-item]
    record = cluster.send(QUERIES, prefix, b"\xff{", headers=own)
    letter = cluster.bury(record, POISON, "classifier")
    assert cluster.json("replay", letter)["steps"][0]["action"] == "replay"
    assert "--execute" in cluster.call("replay", letter).stdout
    assert len(cluster.read(QUERIES, prefix)) == 1, "a plan stores nothing"

    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 1
    again = cluster.read(QUERIES, prefix)[1]
    assert (again.value, again.partition) == (record.value, record.partition)
    *kept, attempt, deadline = again.headers
    assert kept == [("x", b"\xff"), ("x", None)]
    assert attempt == ("ragline-attempt", b"2")
    assert int(deadline[1]) > again.timestamp

    (mark,) = cluster.marks(letter)
    assert (mark.target_topic, mark.target_offset, mark.attempt) == ("queries", again.offset, 2)
    second = cluster.json("replay", letter, "--execute")
    assert (second["handled"], second["outcome"]["replayed"]) == (1, 0)
    assert len(cluster.read(QUERIES, prefix)) == 2
    assert not cluster.json("list", letter)["matched"]
    assert cluster.json("list", letter, "--all")["dead_letters"][0]["state"] == "replayed"


def test_a_replay_goes_to_the_partition_that_its_publisher_chose(
    cluster: Cluster, prefix: str
) -> None:
    hashed = cluster.send(QUERIES, prefix, b"{").partition
    chosen = (hashed + 1) % 4
    record = cluster.send(QUERIES, prefix, b"{", partition=chosen)
    cluster.json("replay", cluster.bury(record, POISON, "classifier"), "--execute")
    found = sorted(again.partition for again in cluster.read(QUERIES, prefix))
    assert found == sorted([hashed, chosen, chosen])


def test_a_replay_goes_on_where_a_limit_ended_it(cluster: Cluster, prefix: str) -> None:
    keys = [f"{prefix}-{n}" for n in range(5)]
    for key in keys:
        cluster.bury(cluster.send(QUERIES, key, b"{"), POISON, "classifier")
    chosen = ("--key", f"{prefix}-*", "--execute")
    first = cluster.json("replay", *chosen, "--limit", "2")
    assert (first["outcome"]["replayed"], first["left"]) == (2, 3)
    rest = cluster.json("replay", *chosen)
    assert (rest["outcome"]["replayed"], rest["handled"]) == (3, 2)
    assert [len(cluster.read(QUERIES, key)) for key in keys] == [2] * 5


def test_ctrl_c_stops_between_records_and_the_next_run_goes_on(
    cluster: Cluster, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        cluster.bury(cluster.send(QUERIES, f"{prefix}-{number}", b"{"), POISON, "classifier")
    publish = events.publish

    async def interrupted(*arguments: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await publish(*arguments)

    chosen = ("--key", f"{prefix}-*", "--execute")
    with monkeypatch.context() as patch:
        patch.setattr(events, "publish", interrupted)
        stopped = cluster.call("replay", *chosen)
    assert stopped.exit_code == 1
    assert "1 replayed; stopped: run the same command again" in stopped.stdout
    rest = cluster.json("replay", *chosen)
    assert (rest["outcome"]["replayed"], rest["handled"]) == (2, 1)


def test_a_query_without_its_mark_is_repeated_as_the_same_attempt(
    cluster: Cluster, prefix: str, crashing: pytest.MonkeyPatch
) -> None:
    letter = cluster.bury(cluster.send(QUERIES, prefix, b"{"), POISON, "classifier")
    with pytest.raises(Unavailable, match="killed"):
        cluster.call("replay", letter, "--execute")
    assert not cluster.marks(letter)
    crashing.undo()
    assert cluster.json("replay", letter, "--execute")["outcome"]["replayed"] == 1
    attempts = [dict(r.headers).get("ragline-attempt") for r in cluster.read(QUERIES, prefix)]
    assert attempts == [None, b"2", b"2"]


def test_a_letter_that_is_written_twice_is_replayed_once(cluster: Cluster, prefix: str) -> None:
    record = cluster.send(QUERIES, prefix, b"{")
    ids = {cluster.bury(record, POISON, "classifier") for _ in range(2)}
    outcome = cluster.json("replay", "--key", prefix, "--execute")["outcome"]
    assert (outcome["replayed"], outcome["marked"]) == (1, 1)
    assert len(cluster.read(QUERIES, prefix)) == 2
    assert all(cluster.marks(letter) for letter in ids)


def test_a_record_that_its_topic_refuses_is_skipped_and_the_next_goes_on(
    cluster: Cluster, prefix: str
) -> None:
    large = os.urandom(QUERIES.max_bytes + 1)
    records = [cluster.send(QUERIES, prefix, b"{") for _ in range(3)]
    records[1] = replace(records[1], value=large)
    ids = [cluster.bury(record, POISON, "classifier") for record in records]
    outcome = cluster.json("replay", "--key", prefix, "--execute")["outcome"]
    (step,) = outcome["skipped"]
    assert (step["id"], step["reason"]) == (ids[1], "larger than queries takes")
    assert outcome["replayed"] == 2
    assert len(cluster.read(QUERIES, prefix)) == 5
