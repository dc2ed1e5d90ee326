"""Ordered commit on real Kafka: rebalances, kill -9, SIGTERM and poison lose nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from tests.patience import PATIENCE_S

from ragline.contracts.dead_letters import Cause, DeadLetterHeader

from .conftest import Cluster, Worker


def queries(count: int) -> tuple[set[str], list[tuple[bytes, bytes]]]:
    """Return ids and minimal records of a publisher that is not ours."""
    ids = [str(uuid4()) for _ in range(count)]
    return set(ids), [
        (i.encode(), json.dumps({"query_id": i, "text": f"echo {i}"}).encode()) for i in ids
    ]


def publish_in_background(
    cluster: Cluster, records: list[tuple[bytes, bytes]], *, seconds: float
) -> threading.Thread:
    """Publish the records evenly over some seconds."""

    def run() -> None:
        step = max(1, len(records) // int(seconds * 10))
        for start in range(0, len(records), step):
            cluster.publish("queries", list(records[start : start + step]))
            time.sleep(0.1)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_members_a_rebalance_a_kill_and_a_stop_lose_nothing(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(3_000)
    first = start_worker()
    first.wait_until("ready", 200)
    load = publish_in_background(cluster, records, seconds=15)
    time.sleep(2)
    second = start_worker()  # a rebalance under load
    second.wait_until("ready", 200)
    time.sleep(2)
    first.signal(signal.SIGKILL)
    time.sleep(1)
    third = start_worker()
    third.wait_until("ready", 200)
    time.sleep(8)  # the killed member's session ends, its partitions move
    second.signal(signal.SIGTERM)
    assert second.process.wait(PATIENCE_S) == 0, second.log.read_text()
    load.join()

    answers = cluster.wait_for_answers(ids)
    repeats = sum(len(found) - 1 for key, found in answers.items() if key in ids)
    assert repeats < len(ids) * 0.05


def test_a_clean_stop_repeats_nothing(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(600)
    first = start_worker(WORKER_WORK_S="0.05")
    first.wait_until("ready", 200)
    cluster.publish("queries", list(records))
    time.sleep(0.5)
    first.signal(signal.SIGTERM)
    assert first.process.wait(PATIENCE_S) == 0, first.log.read_text()
    start_worker().wait_until("ready", 200)
    answers = cluster.wait_for_answers(ids)
    assert [len(answers[i]) for i in ids] == [1] * len(ids)


def test_a_restarted_broker_loses_nothing_and_needs_no_help(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(400)
    worker = start_worker()
    worker.wait_until("ready", 200)
    cluster.publish("queries", list(records[:200]))
    cluster.server.kill()
    time.sleep(3)
    cluster.server.start()
    cluster.publish("queries", list(records[200:]))
    cluster.wait_for_answers(ids)
    assert worker.process.poll() is None
    worker.wait_until("ready", 200)


def test_a_stop_while_the_broker_is_away_ends_in_time_and_loses_nothing(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    ids, records = queries(200)
    worker = start_worker(WORKER_WORK_S="0.5", RAGLINE_KAFKA__DRAIN_TIMEOUT_S="3")
    worker.wait_until("ready", 200)
    cluster.publish("queries", list(records))
    time.sleep(1)
    cluster.server.kill()
    try:
        time.sleep(1)
        worker.signal(signal.SIGTERM)
        worker.process.wait(PATIENCE_S)  # Kubernetes would wait for 35 s, and kill it then
        waiting = start_worker(WORKER_WORK_S="0.01")  # a restart before the broker is back
        body = waiting.wait_until("ready", 503)
        assert waiting.probe("live")[0] == 200, body
    finally:
        cluster.server.start()
    cluster.wait_for_answers(ids)


POISON = {
    "not json": (b"{nope", Cause.INVALID_JSON),
    "not utf-8": (b'{"query_id": "\xff\xfe"}', Cause.INVALID_JSON),
    "null value": (None, Cause.INVALID_JSON),
    "wrong schema": (b'{"query_id": "%b", "words": 1}', Cause.INVALID_SCHEMA),
    "empty question": (b'{"query_id": "%b", "text": "  "}', Cause.INVALID_SCHEMA),
    "1 MB question": (
        b'{"query_id": "%b", "text": "' + b"a" * 1_000_000 + b'"}',
        Cause.INVALID_SCHEMA,
    ),
    "permanent error": (b'{"query_id": "%b", "text": "permanent"}', Cause.PERMANENT_ERROR),
    "bug": (b'{"query_id": "%b", "text": "bug"}', Cause.PERMANENT_ERROR),
    "oversize output": (b'{"query_id": "%b", "text": "oversize"}', Cause.OVERSIZE_OUTPUT),
}


@pytest.fixture(scope="module")
def poisoned() -> dict[str, tuple[str, bytes | None, Cause]]:
    """Poison records with their ids."""
    found = {}
    for name, (value, cause) in POISON.items():
        key = str(uuid4())
        body = value.replace(b"%b", key.encode()) if value is not None else None
        found[name] = (key, body, cause)
    return found


def test_poison_becomes_dead_letters_and_answers_while_others_go_on(
    cluster: Cluster,
    start_worker: Callable[..., Worker],
    poisoned: dict[str, tuple[str, bytes | None, Cause]],
) -> None:
    ids, records = queries(50)
    worker = start_worker()
    worker.wait_until("ready", 200)
    bad = [(key.encode(), value) for key, value, _ in poisoned.values()]
    cluster.publish("queries", [*records[:25], *bad, *records[25:]])

    answers = cluster.wait_for_answers(ids | {key for key, _, _ in poisoned.values()})
    letters = {letter.key(): letter for letter in cluster.read("dead-letters")}
    for name, (key, value, cause) in poisoned.items():
        assert answers[key][0]["status"] == "failed", name
        letter = letters[key.encode()]
        assert letter.value() == value, name
        headers = dict(letter.headers())
        assert headers[DeadLetterHeader.CAUSE] == cause.encode(), name
        assert headers[DeadLetterHeader.TOPIC] == b"queries"
    assert worker.probe("ready")[0] == 200


def test_headers_of_others_are_carried_and_not_judged(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker().wait_until("ready", 200)
    headers: list[Any] = [
        ("kafka_correlationId", uuid4().bytes),
        ("x", b"\xff"),
        ("x", b"again"),
        ("none", None),
        ("content-type", b"\xfe\x00"),
    ]
    good, bad = str(uuid4()), str(uuid4())
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    for key, text in ((good, "hello"), (bad, "permanent")):
        value = json.dumps({"query_id": key, "text": text}).encode()
        producer.produce("queries", key=key, value=value, headers=headers)
    producer.flush(10)

    answers = cluster.wait_for_answers({good, bad})
    assert answers[good][0]["text"] == "hello"
    letters = {m.key(): m for m in cluster.read("dead-letters")}
    assert good.encode() not in letters
    assert letters[bad.encode()].headers()[: len(headers)] == headers


PUBLISH_A_BROKEN_NAME = """
import asyncio, sys
from aiokafka import AIOKafkaProducer

class Latin1(str):
    def encode(self, *_):
        return b"gr\\xf6\\xdfe"

async def main(bootstrap, key, value):
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        headers = [(Latin1("name"), b"1")]
        await producer.send_and_wait("queries", value.encode(), key=key.encode(), headers=headers)

asyncio.run(main(*sys.argv[1:]))
"""


def test_a_header_whose_name_is_not_utf_8_stops_nobody(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker().wait_until("ready", 200)
    key = str(uuid4())
    value = json.dumps({"query_id": key, "text": "permanent"})
    command = [sys.executable, "-c", PUBLISH_A_BROKEN_NAME, cluster.bootstrap, key, value]
    # in Python the client asks the name for its bytes
    subprocess.run(command, check=True, env=os.environ | {"AIOKAFKA_NO_EXTENSIONS": "1"})
    ids, records = queries(30)
    cluster.publish("queries", list(records))

    answers = cluster.wait_for_answers({key, *ids})
    assert answers[key][0]["status"] == "failed"
    letter = next(m for m in cluster.read("dead-letters") if m.key() == key.encode())
    assert letter.headers()[0] == (r"gr\xf6\xdfe", b"1")


SPELLINGS = {
    "a byte order mark": b"\xef\xbb\xbf%s",
    "a registry's frame": b"\x00\x00\x00\x00\x11%s",
    "a structured CloudEvent": b'{"specversion": "1.0", "id": "1", "type": "t", "data": %s}',
}


def test_a_question_is_read_in_whatever_it_is_wrapped(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker().wait_until("ready", 200)
    asked = {name: number for number, name in enumerate(SPELLINGS, start=47_000)}
    records: list[tuple[bytes | None, bytes | None]] = []
    for name, query_id in asked.items():
        question = {"query_id": query_id, "text": name, "tenant": None, "filters": {"tags": None}}
        records.append((b"%d" % query_id, SPELLINGS[name] % json.dumps(question).encode()))
    records.append((b"an avro record", b"\x00\x00\x00\x00\x11\x084711\x0chello?"))
    cluster.publish("queries", records)

    answers = cluster.wait_for_answers({"an avro record", *map(str, asked.values())})
    assert {name: answers[str(i)][0]["text"] for name, i in asked.items()} == {n: n for n in asked}
    refused = answers["an avro record"][0]
    assert refused["status"] == "failed"
    assert "Avro and Protobuf are not read" in refused["error"]["message"]


def test_a_publisher_has_nothing_written_to_a_topic_of_its_choice(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker().wait_until("ready", 200)
    key = str(uuid4())
    value = json.dumps({"query_id": key, "text": "hello"}).encode()
    headers: list[Any] = [("reply_to", b"feedback"), ("correlation_id", b"x")]
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    producer.produce("queries", key=key, value=value, headers=headers)
    producer.flush(10)

    assert cluster.wait_for_answers({key})[key][0]["status"] == "answered"
    assert cluster.read("feedback") == []
    assert key.encode() not in {letter.key() for letter in cluster.read("dead-letters")}


def test_a_record_that_only_fits_compressed_still_finds_its_dead_letter(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    """The broker's limit is on the compressed size; 20 MB of the same letter is next to nothing."""
    worker = start_worker()
    worker.wait_until("ready", 200)
    key = str(uuid4())
    value = b'{"query_id": "%s", "text": "%s"}' % (key.encode(), b"a" * 20_000_000)
    producer = Producer(
        {
            "bootstrap.servers": cluster.bootstrap,
            "message.max.bytes": 30_000_000,
            "compression.type": "zstd",
        }
    )
    producer.produce("queries", key=key, value=value)
    assert producer.flush(PATIENCE_S) == 0

    assert cluster.wait_for_answers({key})[key][0]["error"]["code"] == "invalid_event"
    assert any(m.key() == key.encode() for m in cluster.read("dead-letters"))
    assert worker.probe("live")[0] == 200


def test_a_transient_error_is_retried_until_the_deadline(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker(RAGLINE_DELIVERY__DEFAULT_DEADLINE_S="8").wait_until("ready", 200)
    key = str(uuid4())
    value = json.dumps({"query_id": key, "text": "transient"}).encode()
    cluster.publish("queries", [(key.encode(), value)])
    answer = cluster.wait_for_answers({key})[key][0]
    assert answer["status"] == "failed"
    assert answer["error"]["code"] == "unavailable"


def test_an_expired_query_costs_no_work(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    start_worker().wait_until("ready", 200)
    key = str(uuid4())
    value = {"query_id": key, "text": "bug", "deadline": "2020-01-01T00:00:00Z"}
    cluster.publish("queries", [(key.encode(), json.dumps(value).encode())])
    answer = cluster.wait_for_answers({key})[key][0]
    assert answer["status"] == "expired"


def test_a_flood_of_dead_letters_stops_the_stage_and_says_why(
    cluster: Cluster, start_worker: Callable[..., Worker]
) -> None:
    worker = start_worker(
        RAGLINE_DELIVERY__FLOOD_RUN="5", RAGLINE_KAFKA__MAX_IN_FLIGHT="1", WORKER_WORK_S="0.01"
    )
    worker.wait_until("ready", 200)
    before = len(cluster.read("dead-letters"))
    ids = [str(uuid4()) for _ in range(60)]
    records = [(i.encode(), json.dumps({"query_id": i, "text": "permanent"}).encode()) for i in ids]
    cluster.publish("queries", list(records))
    worker.wait_for_problem("dead letters in a row")
    time.sleep(1)
    assert len(cluster.read("dead-letters")) - before < 20
    assert worker.probe("live")[0] == 200
    worker.signal(signal.SIGKILL)
    start_worker(RAGLINE_DELIVERY__FLOOD_RUN="1000")  # this deployment finishes what is left
    cluster.wait_for_answers(set(ids))


def test_a_service_waits_for_kafka_and_says_so(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker(RAGLINE_KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:9")
    worker.wait_for_problem("does not answer")
    assert worker.probe("live")[0] == 200
    worker.signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE_S) == 0
