"""Records that kill whoever works on them, and the ones beside them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import uuid4

from ragline.contracts.dead_letters import Cause, DeadLetterHeader

from .conftest import Cluster, Worker


def question(text: str) -> tuple[str, tuple[bytes, bytes]]:
    query_id = str(uuid4())
    return query_id, (query_id.encode(), json.dumps({"query_id": query_id, "text": text}).encode())


def lives_until_answered(
    cluster: Cluster, start_worker: Callable[..., Worker], ids: set[str], *, most: int
) -> int:
    """Start a worker again each time that it dies, as a platform would; return how often it did."""
    for life in range(1, most + 1):
        worker = start_worker()
        while worker.process.poll() is None:
            if ids <= set(cluster.answers()):
                return life
            time.sleep(0.2)
    raise AssertionError(f"{len(ids - set(cluster.answers()))} unanswered after {most} lives")


def test_a_record_that_kills_its_worker_is_buried_and_the_group_goes_on(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    innocent = [question(f"echo {number}") for number in range(40)]
    killer, killing = question("kill")
    records = [record for _, record in innocent]
    cluster.publish("queries", [*records[:20], killing, *records[20:]])
    ids = {query_id for query_id, _ in innocent} | {killer}

    lives = lives_until_answered(cluster, start_worker, ids, most=6)

    assert lives == 4, "three deaths, and the life that stores the dead letter"
    answers = cluster.answers()
    assert {answers[query_id][-1]["status"] for query_id, _ in innocent} == {"answered"}
    (failed,) = answers[killer]
    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "kills_the_worker"
    letters = [dict(m.headers()) for m in cluster.read("dead-letters") if m.key() in ids_of(ids)]
    assert [letter[DeadLetterHeader.CAUSE] for letter in letters] == [
        Cause.KILLS_THE_WORKER.encode()
    ]


def ids_of(ids: set[str]) -> set[bytes]:
    return {query_id.encode() for query_id in ids}
