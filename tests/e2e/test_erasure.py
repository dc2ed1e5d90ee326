"""A marked sentence goes through everything, is erased, and is looked for everywhere."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from redis import Redis
from tests.patience import PATIENCE_S

from ragline.contracts.topics import DOCUMENTS, TOPICS
from ragline.messaging.placement import other_homes, partition_of
from ragline_cli.stack.addresses import Addresses
from ragline_cli.stack.state import StackKind

from .conftest import CACHED_TENANT, Pipeline

MARK = "zebrafinch"
SENTENCE = f"The vault of the Quillfeather archive opens with the word {MARK}."
QUESTION = "Which word opens the vault of the Quillfeather archive?"
WAIT_S = 150
# so that compaction, which takes hours otherwise, comes at once
QUICK = {
    "segment.ms": "1000",
    "min.cleanable.dirty.ratio": "0.01",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
}


@pytest.fixture(scope="module")
def _quick_compaction(pipeline: Pipeline) -> Iterator[None]:
    alter(pipeline, QUICK)
    yield
    alter(pipeline, {name: DOCUMENTS.config.get(name) for name in QUICK})


def alter(pipeline: Pipeline, config: Mapping[str, str | None]) -> None:
    """Set what both topics of documents have, or leave it to the broker (None)."""
    admin = AdminClient({"bootstrap.servers": pipeline.bootstrap})
    how = {True: AlterConfigOpType.DELETE, False: AlterConfigOpType.SET}
    entries = [
        ConfigEntry(name, value, incremental_operation=how[value is None])
        for name, value in config.items()
    ]
    wanted = [
        ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        for name in ("documents", "document-access")
    ]
    for done in admin.incremental_alter_configs(wanted).values():
        done.result(PATIENCE_S)


def document_id() -> str:
    """Return an id whose key librdkafka and the gateway put into different partitions."""
    while True:
        name = f"vault-{uuid4().hex[:8]}.md"
        key = f"{CACHED_TENANT}/{name}".encode()
        if len(other_homes(key, 12)) == 2:
            return name


def started(pipeline: Pipeline, name: str, receipt: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the command."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "ragline_cli.main", "erase", "--json"),
            *("--tenant", CACHED_TENANT, "--document", name, "--receipt", str(receipt), *options),
        ],
        env=os.environ | pipeline.launcher.plan.addresses.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def erase(pipeline: Pipeline, name: str, receipt: Path, *options: str) -> dict[str, Any]:
    """Run the command; return the run as JSON."""
    process = started(pipeline, name, receipt, *options)
    told, complaints = process.communicate(timeout=WAIT_S + PATIENCE_S)
    assert process.returncode == 0, complaints.decode() + told.decode()
    assert MARK not in told.decode()
    run: dict[str, Any] = json.loads(told)
    return run


def killed(pipeline: Pipeline, name: str, receipt: Path) -> None:
    """Start an erasure, and kill it when it has begun to remove."""
    process = started(pipeline, name, receipt, "--execute")
    until = time.monotonic() + PATIENCE_S
    while not receipt.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.communicate()


def places(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["place"]: each for each in run["places"]}


def topics_with(bootstrap: str, text: str) -> dict[str, int]:
    """Return how many records of each topic hold a text, read by a third party's client."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "looks-for-a-mark",
            "enable.partition.eof": True,
        }
    )
    found: dict[str, int] = {}
    try:
        known = consumer.list_topics(timeout=10).topics
        for topic in TOPICS:
            left = set(known[topic.name].partitions)
            consumer.assign([TopicPartition(topic.name, number, 0) for number in left])
            while left:
                for message in consumer.consume(500, 0.5):
                    error = message.error()
                    if error is not None:
                        assert error.code() == KafkaError._PARTITION_EOF, error
                        left.discard(message.partition())
                    elif text.encode() in (message.value() or b""):
                        found[topic.name] = found.get(topic.name, 0) + 1
    finally:
        consumer.close()
    return found


def redis_with(url: str, text: str) -> list[str]:
    with closing(Redis.from_url(url)) as opened:
        redis: Any = opened
        return [key.decode() for key in redis.scan_iter(count=1000) if text in _entry(redis, key)]


def _entry(redis: Any, key: bytes) -> str:
    kind = redis.type(key).decode()
    held = {
        "string": redis.get,
        "hash": redis.hgetall,
        "stream": redis.xrange,
        "set": redis.smembers,
        "list": lambda name: redis.lrange(name, 0, -1),
        "zset": lambda name: redis.zrange(name, 0, -1),
    }[kind](key)
    return repr(held) + repr(key)


async def tables_with(addresses: Addresses, text: str) -> list[str]:
    connection = await asyncpg.connect(addresses.vector_store.url)
    try:
        rows = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        names = [f'"{row[0]}"."{row[1]}"' for row in rows]
        assert names
        counts = {
            name: await connection.fetchval(
                f"SELECT count(*) FROM {name} each WHERE each::text LIKE '%' || $1 || '%'",  # noqa: S608  # names from the database
                text,
            )
            for name in names
        }
    finally:
        await connection.close()
    return [name for name, count in counts.items() if count]


def logs_with(folder: Path, text: str) -> list[str]:
    logs = [path for path in folder.rglob("*.log*") if path.is_file()]
    assert logs
    return [path.name for path in logs if text.encode() in path.read_bytes()]


@pytest.mark.usefixtures("_quick_compaction")
def test_a_marked_sentence_is_gone_or_the_receipt_says_until_when(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    name, receipt = document_id(), tmp_path / "receipt.json"
    fields = {"tenant": CACHED_TENANT, "document_id": name}
    key = f"{CACHED_TENANT}/{name}"
    addresses = pipeline.launcher.plan.addresses
    # the pipeline's client hashes keys by CRC32: another partition than the gateway's
    pipeline.change(**fields, version=1, content=SENTENCE, title="Archive")
    elsewhere = Producer({"bootstrap.servers": pipeline.bootstrap, "partitioner": "murmur2_random"})
    newer = fields | {"version": 2, "content": f"{SENTENCE} Ask the porter.", "access": []}
    elsewhere.produce("documents", key=key, value=json.dumps(newer).encode())
    assert elsewhere.flush(PATIENCE_S) == 0
    assert pipeline.status(newer)["status"] == "indexed"
    pipeline.publish("documents", fields | {"version": "x", "content": SENTENCE}, key=key)
    pipeline.dead_letter(lambda m: m.key() == key.encode())
    answers = [pipeline.ask(QUESTION, tenant=CACHED_TENANT) for _ in range(2)]
    assert all(MARK in answer["text"] for answer in answers)
    for answer in answers:
        rating = {"query_id": answer["query_id"], "tenant": CACHED_TENANT, "rating": "up"}
        pipeline.publish("feedback", rating, key=answer["query_id"])
    before = topics_with(pipeline.bootstrap, MARK)
    assert {"documents", "candidates", "ranked", "answers", "dead-letters"} <= set(before)
    assert redis_with(addresses.redis.url, MARK)

    plan = places(erase(pipeline, name, receipt))
    assert not receipt.exists()
    assert topics_with(pipeline.bootstrap, MARK) == before
    homes = other_homes(key.encode(), 12) | {partition_of(key.encode(), 12)}
    assert len(plan["topic documents"]["partitions"]) == 2
    assert set(plan["topic documents"]["partitions"]) <= homes
    for found in ("store", "redis cached answers", "redis claimed answers", "redis embeddings"):
        assert plan[found]["found"] > 0, plan
    assert plan["redis token streams"]["found"] > 0
    assert plan["topic feedback"]["found"] == 2
    assert plan["topic dead-letters"]["found"] == 1

    killed(pipeline, name, receipt)
    run = erase(pipeline, name, receipt, "--execute", "--wait-s", str(WAIT_S))
    assert run["complete"]
    done = places(run)
    assert done["topic documents"]["remains"] == 0, done["topic documents"]
    assert done["topic document-access"]["remains"] == 0, done["topic document-access"]
    left = topics_with(pipeline.bootstrap, MARK)
    for topic, count in left.items():
        place = done[f"topic {topic}"]
        assert place["remains"] >= count, (topic, place)
        assert place["until"], place
        assert place["why"], place
    assert not {"documents", "document-access", "document-status"} & set(left)
    assert redis_with(addresses.redis.url, MARK) == []
    for each, place in done.items():
        if each.startswith(("redis", "store")):
            assert place["remains"] == 0, place
    if pipeline.launcher.plan.kind is StackKind.EMBEDDED:
        assert asyncio.run(tables_with(addresses, MARK)) == []
    assert logs_with(pipeline.launcher.plan.logs, MARK) == []
    assert MARK not in receipt.read_text()
    refused = pipeline.ask(QUESTION, tenant=CACHED_TENANT)
    assert MARK not in json.dumps(refused)

    again = erase(pipeline, name, receipt, "--execute", "--wait-s", "10")
    assert again["complete"]
    runs = json.loads(receipt.read_text())["runs"]
    assert [each["finished_at"] is None for each in runs] == [True, False, False]
