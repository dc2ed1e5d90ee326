"""Document changes are replayed on a real Kafka only where they are still the last word."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.integration.cli.dead_letters.conftest import PERMANENT, Cluster, document

from ragline.clock import utc_now
from ragline.contracts.cloudevents import Headers
from ragline.contracts.topics import (
    DOCUMENTS,
    RETRY_10M,
)
from ragline.errors import Unavailable
from ragline.messaging.retry_topics import RetryHeader
from ragline_cli.dead_letters import replay
from ragline_cli.dead_letters.filters import LetterFilters
from ragline_cli.dead_letters.letter import LetterId
from ragline_cli.dead_letters.plan import Action
from ragline_cli.dead_letters.source_scan import SourceScan
from ragline_cli.kafka.client import kafka_settings


def test_a_document_without_its_mark_is_recognised_and_only_marked(
    cluster: Cluster, prefix: str, crashing: pytest.MonkeyPatch
) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    with pytest.raises(Unavailable, match="killed"):
        cluster.call("replay", letter, "--execute")
    crashing.undo()
    outcome = cluster.json("replay", letter, "--execute")["outcome"]
    assert (outcome["replayed"], outcome["marked"]) == (0, 1)
    _, again = cluster.read(DOCUMENTS, key)
    assert cluster.marks(letter)[0].target_offset == again.offset
    assert "ragline-deadline" not in dict(again.headers)


def test_behind_a_newer_record_of_its_key_nothing_is_replayed(
    cluster: Cluster, prefix: str
) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    newer = cluster.send(DOCUMENTS, key, document(2))
    (step,) = cluster.json("replay", letter, "--execute")["steps"]
    assert (step["action"], step["reason"]) == (
        "skip",
        f"superseded by offset {newer.offset} of its key",
    )
    assert len(cluster.read(DOCUMENTS, key)) == 2
    assert cluster.json("list", letter)["matched"] == 1


def test_a_newer_record_that_comes_after_the_plan_is_noticed(cluster: Cluster, prefix: str) -> None:
    key = f"{prefix}/d"
    letter = cluster.bury(cluster.send(DOCUMENTS, key, document(1)), PERMANENT)
    outcome = asyncio.run(_replayed_late(cluster, letter, key))
    assert (outcome.replayed, len(outcome.skipped)) == (0, 1)
    assert len(cluster.read(DOCUMENTS, key)) == 2


async def _replayed_late(cluster: Cluster, letter: str, key: str) -> replay.ReplayOutcome:
    kafka = kafka_settings(cluster.bootstrap)
    filters = LetterFilters(ids=frozenset({LetterId.parse(letter)}))
    async with SourceScan(kafka) as scan:
        plan = await replay.plan_replay(kafka, scan, filters)
        assert plan.of(Action.REPLAY)
        await cluster.store(DOCUMENTS.name, key, document(2))
        return await replay.execute_replay(
            kafka, scan, plan, replay.ReplayPace(rate=50, deadline_s=60), clock=utc_now
        )


def test_what_was_retried_goes_back_to_its_first_topic_and_partition(
    cluster: Cluster, prefix: str
) -> None:
    key = f"{prefix}/d"
    first = cluster.send(DOCUMENTS, key, document(1))
    retry: Headers = [
        ("own", b"1"),
        (RetryHeader.ORIGIN.value, b"documents"),
        (RetryHeader.APPENDED_AT.value, str(first.timestamp).encode()),
    ]
    letter = cluster.bury(cluster.send(RETRY_10M, key, document(1), headers=retry), PERMANENT)
    chosen = ("--topic", "documents", "--key", key)
    assert cluster.json("replay", *chosen, "--execute")["outcome"]["replayed"] == 1
    _, again = cluster.read(DOCUMENTS, key)
    assert (again.partition, again.value) == (first.partition, first.value)
    assert list(again.headers) == [("own", b"1"), ("ragline-attempt", b"2")]
    assert cluster.marks(letter)[0].target_topic == "documents"


def test_an_erased_document_does_not_come_back(cluster: Cluster, prefix: str) -> None:
    record = replace(cluster.send(DOCUMENTS, f"{prefix}/d", document(1)), offset=10**9)
    letter = cluster.bury(replace(record, key=f"{prefix}/other".encode()), PERMANENT)
    (step,) = cluster.json("replay", letter, "--execute")["steps"]
    assert step["reason"].startswith("no longer on documents")
