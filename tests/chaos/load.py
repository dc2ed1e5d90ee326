"""A steady load, published by a third-party client that waits while the broker is down."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from confluent_kafka import Message, Producer

from ragline.contracts.topics import MAX_RECORD_BYTES

from .attacks import Sent
from .model import Change, Library
from .stream import Stream

_SHORT_SHARE = 0.03
# The usual time is long for a machine whose cores others keep busy, too
_SHORT_S, _USUAL_S = 2.0, 300.0


@dataclass(kw_only=True)
class Load:
    """Publishes queries and changes at a steady rate, and records what Kafka has stored.

    `asked` maps the id of each stored query to the time when it was stored (epoch seconds),
    `poison` holds the keys of the poison records, by topic; `attacks` what a hostile tenant has
    sent, and `streams` what readers of event streams saw.
    """

    bootstrap: str
    library: Library
    queries_per_s: float
    changes_per_s: float
    asked: dict[str, float] = field(default_factory=dict)
    poison: dict[str, list[str]] = field(default_factory=dict)
    attacks: list[Sent] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    _extra: Iterator[int] = field(default_factory=itertools.count)
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "delivery.timeout.ms": 600_000,
                "message.max.bytes": MAX_RECORD_BYTES,
                "log_level": 2,
            }
        )

    def prepare(self) -> None:
        """Publish the first version of every document, with its access."""
        for change in self.library.first():
            self._publish_change(change)
        self._flush()

    def start(self) -> None:
        """Begin to publish, in threads."""
        self._threads = [
            Thread(target=self._at_pace, args=(self._ask, self.queries_per_s), daemon=True),
            Thread(target=self._at_pace, args=(self._change, self.changes_per_s), daemon=True),
        ]
        self._changes: Iterator[Change] = self.library.changes()
        for thread in self._threads:
            thread.start()

    def finish(self, *, queries: int, changes: int) -> None:
        """Continue until these numbers are stored; then stop, and wait for records in flight."""
        while len(self.asked) < queries or len(self.library.published) < changes:
            time.sleep(0.5)
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._flush()

    def inject(self, topic: str, key: str, value: bytes | None, headers: Any = None) -> None:
        """Publish a poison record."""
        self.poison.setdefault(topic, []).append(key)
        self._producer.produce(topic, key=key, value=value, headers=headers)
        self._producer.poll(0)

    def attack(self, record: Sent) -> None:
        """Publish a record of a hostile tenant."""
        self.attacks.append(record)
        self._produce(record.topic, record.key, record.value, _ignore)
        self._producer.poll(0)

    def ask(self, *, age_s: float, deadline: bool) -> None:
        """Publish a question as if it had been asked some seconds ago.

        Args:
            age_s: how long ago.
            deadline: whether it states one; else the product gives it one.
        """
        asked_at = datetime.now(UTC) - timedelta(seconds=age_s)
        until = asked_at + timedelta(seconds=_USUAL_S) if deadline else None
        self._publish_question(f"late{next(self._extra):06d}", until, asked_at)

    def _at_pace(self, publish: Any, per_s: float) -> None:
        started = time.monotonic()
        for number in itertools.count():
            due = started + number / per_s
            if self._stop.wait(max(0.0, due - time.monotonic())):
                return
            publish(number)
            self._producer.poll(0)

    def _ask(self, number: int) -> None:
        short = (number * 7919) % 1_000 < _SHORT_SHARE * 1_000
        until = datetime.now(UTC) + timedelta(seconds=_SHORT_S if short else _USUAL_S)
        self._publish_question(f"q{number:06d}", until)

    def _publish_question(
        self, query_id: str, until: datetime | None, asked_at: datetime | None = None
    ) -> None:
        tenant, text = self.library.question()
        value: dict[str, Any] = {
            "query_id": query_id,
            "text": text,
            "tenant": tenant,
            "principal": {"user": "chaos", "groups": ["staff", "ops", "legal"]},
        }
        if until is not None:
            value["deadline"] = until.isoformat()

        def stored(error: object, message: Message) -> None:
            if error is None:
                self.asked[query_id] = (message.timestamp()[1] or 0) / 1000

        self._produce("queries", query_id, _encoded(value), stored, asked_at)

    def _change(self, _: int) -> None:
        self._publish_change(next(self._changes))

    def _publish_change(self, change: Change) -> None:
        def stored(error: object, _message: Message) -> None:
            if error is None:
                self.library.note(change)

        self._produce(change.topic, change.key, _encoded(change.value), stored)

    def _produce(
        self, topic: str, key: str, value: bytes, stored: Any, at: datetime | None = None
    ) -> None:
        stamp = 0 if at is None else int(at.timestamp() * 1000)  # 0 is now
        while True:
            try:
                self._producer.produce(
                    topic, key=key, value=value, on_delivery=stored, timestamp=stamp
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def _flush(self) -> None:
        left = self._producer.flush(300)
        if left:
            raise RuntimeError(f"{left} records could not be published")


def _encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _ignore(_error: object, _message: Message) -> None:
    """Take no note: whether a hostile record was stored is seen by how it ended."""
