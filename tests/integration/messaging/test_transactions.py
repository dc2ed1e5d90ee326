"""Publishers with transactions: what was aborted never was, and marks in the log are no lag."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from uuid import uuid4

from confluent_kafka import Consumer, Producer, TopicPartition
from tests.patience import PATIENCE_S

from .conftest import PARTITIONS, Cluster, Worker, end_of

GROUP = "ragline.classifier.queries"


def ask(cluster: Cluster, texts: list[str], *, commit: bool) -> list[str]:
    """Publish questions in one transaction, one on each partition in turn, and end it."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "transactional.id": uuid4().hex})
    producer.init_transactions(PATIENCE_S)
    producer.begin_transaction()
    ids = [uuid4().hex for _ in texts]
    for number, (query_id, text) in enumerate(zip(ids, texts, strict=True)):
        value = json.dumps({"query_id": query_id, "text": text}).encode()
        producer.produce("queries", key=query_id, value=value, partition=number % PARTITIONS)
    assert producer.flush(PATIENCE_S) == 0  # they are in the log, whatever becomes of them
    if commit:
        producer.commit_transaction(PATIENCE_S)
    else:
        producer.abort_transaction(PATIENCE_S)
    return ids


def lag(cluster: Cluster) -> int:
    """Return the group's lag as an autoscaler sees it: committed offsets against the log's ends."""
    looker = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": GROUP})
    try:
        places = [TopicPartition("queries", number) for number in range(PARTITIONS)]
        committed = looker.committed(places, PATIENCE_S)
        return sum(end_of(looker, each) - max(0, each.offset) for each in committed)
    finally:
        looker.close()


def wait_for_no_lag(cluster: Cluster) -> None:
    """Wait until nothing is left to read."""
    until = time.monotonic() + PATIENCE_S
    while left := lag(cluster):
        assert time.monotonic() < until, f"a lag of {left} remains"
        time.sleep(0.2)


def test_an_aborted_question_is_not_answered_and_no_lag_remains(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    worker = start_worker()
    worker.wait_until("ready", 200)
    aborted = ask(cluster, ["never asked"] * 12, commit=False)
    asked = ask(cluster, ["asked"] * 12, commit=True)
    aborted += ask(cluster, ["not asked either"] * 12, commit=False)  # marks are the last there is

    cluster.wait_for_answers(set(asked))
    wait_for_no_lag(cluster)
    answers = cluster.answers()
    assert [len(answers[each]) for each in asked] == [1] * len(asked)
    assert not answers.keys() & set(aborted)
    assert cluster.read("dead-letters") == []


def test_a_member_that_comes_back_to_nothing_but_marks_has_no_lag_either(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ask(cluster, ["never asked"] * PARTITIONS, commit=False)
    start_worker().wait_until("ready", 200)
    wait_for_no_lag(cluster)
