"""Reads whole topics with a third-party client, and the store object by object."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import weaviate
from confluent_kafka import Consumer, TopicPartition
from weaviate.classes.init import Auth

from .topology import Topology

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A record of a topic; `at` is epoch seconds."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    headers: dict[str, bytes]
    at: float


def read_topic(bootstrap: str, topic: str) -> list[Read]:
    """Return every record of a topic, from its beginning to its current end.

    Raises:
        TimeoutError: the broker does not return all of them in time.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "chaos-checker",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 16_000_000,
        }
    )
    try:
        known = consumer.list_topics(topic, 30).topics[topic].partitions
        return _read_all(consumer, [TopicPartition(topic, partition) for partition in known])
    finally:
        consumer.close()


def _read_all(consumer: Consumer, partitions: list[TopicPartition]) -> list[Read]:
    left: dict[int, int] = {}  # offset of the last record to read, by partition
    for each in partitions:
        each.offset, end = consumer.get_watermark_offsets(each, timeout=30)
        if each.offset < end:
            left[each.partition] = end - 1
    consumer.assign([each for each in partitions if each.partition in left])
    found: list[Read] = []
    until = time.monotonic() + _PATIENCE_S
    while left:
        if time.monotonic() > until:
            raise TimeoutError(f"{partitions[0].topic}: nothing beyond {len(found)} records")
        for record in (as_read(m) for m in consumer.consume(1_000, 0.5) if m.error() is None):
            found.append(record)
            if record.offset >= left.get(record.partition, record.offset + 1):
                del left[record.partition]
    return found


def as_read(message: Any) -> Read:
    """Return a record as the client gave it."""
    return Read(
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        key=(message.key() or b"").decode("utf-8", "replace"),
        value=message.value(),
        headers={name: value or b"" for name, value in message.headers() or ()},
        at=message.timestamp()[1] / 1000,
    )


def count_records(bootstrap: str, topics: Iterable[str]) -> dict[str, int]:
    """Return the number of records on each topic."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "chaos-progress"})
    try:
        known = consumer.list_topics(timeout=10).topics
        counts = {}
        for topic in topics:
            marks = (
                consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10)
                for p in known[topic].partitions
            )
            counts[topic] = sum(high - low for low, high in marks)
        return counts
    finally:
        consumer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object of the store: a chunk, or one of the three markers."""

    key: str
    kind: str
    version: int
    text: str | None
    groups: tuple[str, ...] | None


def read_store(topology: Topology, collection: str = "Chunks") -> list[Stored]:
    """Return every object of every tenant, including those hidden from searches."""
    store = topology.store
    with weaviate.connect_to_local(
        port=store.port,
        grpc_port=store.grpc_port,
        auth_credentials=Auth.api_key(store.api_key or ""),
        skip_init_checks=True,
    ) as client:
        chunks = client.collections.use(collection)
        found: list[Stored] = []
        for tenant in chunks.tenants.get():
            for each in chunks.with_tenant(tenant).iterator():
                properties = each.properties
                states = properties.get("states_access")
                groups = properties.get("groups") or ()
                found.append(
                    Stored(
                        key=f"{tenant}/{properties['document_id']}",
                        kind=str(properties["kind"]),
                        version=int(str(properties["version"])),
                        text=properties.get("text"),  # type: ignore[arg-type]
                        groups=tuple(groups) if states else None,  # type: ignore[arg-type]
                    )
                )
        return found
