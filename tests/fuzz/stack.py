"""The servers that records are sent at, and what is read and measured of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from tests.chaos.layouts import Layout
from tests.chaos.reading import Read, as_read

from ragline.contracts.topics import BY_NAME, CONSUMERS, MAX_RECORD_BYTES, consumer_group

from .case import Case
from .ledger import OUTPUTS

LAYOUT = Layout(name="fuzz", instances=1, monitors=1, work_s=0.05)

Position = tuple[str, int, int]  # topic, partition, offset


class Sender:
    """Publishes records with a third-party client; `positions` says where each one is stored."""

    def __init__(self, bootstrap: str) -> None:
        self.positions: dict[str, Position] = {}
        self._refused: dict[str, str] = {}
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "linger.ms": 5,
                "message.max.bytes": MAX_RECORD_BYTES,
                "log_level": 2,
            }
        )

    def send(self, case: Case) -> None:
        """Publish one record."""

        def stored(error: object, message: Any) -> None:
            if error is not None:
                self._refused[case.id] = str(error)
            else:
                self.positions[case.id] = (case.topic, message.partition(), message.offset())

        self._producer.produce(
            case.topic,
            key=case.key,
            value=case.value,
            headers=[*case.sent_headers],
            on_delivery=stored,
        )
        self._producer.poll(0)

    def take_refused(self) -> dict[str, str]:
        """Return those that the broker has not taken since the last call, with its reason."""
        taken, self._refused = self._refused, {}
        return taken

    def flush(self) -> None:
        """Wait until everything is stored or refused.

        Raises:
            TimeoutError: the broker does not take the records in time.
        """
        if left := self._producer.flush(60):
            raise TimeoutError(f"{left} records could not be published")


class Outputs:
    """Follows what the stack publishes, from the beginning; a context manager."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "fuzz-outputs",
                "enable.auto.commit": False,
                "fetch.message.max.bytes": 2 * MAX_RECORD_BYTES,
            }
        )

    def __enter__(self) -> Self:
        """Begin to follow."""
        self._consumer.assign(
            [
                TopicPartition(name, partition, OFFSET_BEGINNING)
                for name in OUTPUTS
                for partition in range(BY_NAME[name].partitions)
            ]
        )
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        """Stop following."""
        self._consumer.close()

    def read(self, seconds: float) -> Iterator[Read]:
        """Return what came within so many seconds."""
        for message in self._consumer.consume(1_000, seconds):
            if message.error() is None:
                yield as_read(message)


def passed(bootstrap: str, positions: Mapping[str, Position]) -> list[str]:
    """Return the ids of the records that every group of their topic has read."""
    topics = {topic for topic, _, _ in positions.values()}
    committed = {name: _committed(bootstrap, name) for name in topics}
    return [
        name
        for name, (topic, partition, offset) in positions.items()
        if committed[topic].get(partition, -1) > offset
    ]


def _committed(bootstrap: str, name: str) -> dict[int, int]:
    topic = BY_NAME[name]
    found: dict[int, int] = {}
    for service in set(topic.consumers) & set(CONSUMERS):
        consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": consumer_group(service, topic)}
        )
        try:
            asked = [TopicPartition(name, number) for number in range(topic.partitions)]
            for each in consumer.committed(asked, timeout=30):
                found[each.partition] = min(each.offset, found.get(each.partition, each.offset))
        finally:
            consumer.close()
    return found
