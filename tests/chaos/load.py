"""A steady load, published by clients that are not ours and that wait for a broker that is away."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from confluent_kafka import Message, Producer

from .model import Change, Library

_SHORT_SHARE = 0.03
_SHORT_S, _USUAL_S = 2.0, 90.0


@dataclass(kw_only=True)
class Load:
    """Publishes queries and changes at an even pace; what Kafka has stored is noted.

    `asked` maps the id of each stored query to when it was stored (epoch seconds), `poison` holds
    the keys of the poison records, by topic.
    """

    bootstrap: str
    library: Library
    queries: int
    changes: int
    seconds: float
    asked: dict[str, float] = field(default_factory=dict)
    poison: dict[str, list[str]] = field(default_factory=dict)
    _stop: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "delivery.timeout.ms": 600_000,
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
            Thread(target=self._at_pace, args=(self._ask, self.queries), daemon=True),
            Thread(target=self._at_pace, args=(self._change, self.changes), daemon=True),
        ]
        self._changes: Iterator[Change] = self.library.changes()
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        """Whether there is something left to publish."""
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        """Wait until all is published and stored."""
        for thread in self._threads:
            thread.join()
        self._flush()

    def stop(self) -> None:
        """Publish nothing more."""
        self._stop.set()

    def inject(self, topic: str, key: str, value: bytes | None, headers: Any = None) -> None:
        """Publish a poison record."""
        self.poison.setdefault(topic, []).append(key)
        self._producer.produce(topic, key=key, value=value, headers=headers)
        self._producer.poll(0)

    def _at_pace(self, publish: Any, count: int) -> None:
        started = time.monotonic()
        for number in range(count):
            due = started + number * self.seconds / count
            if self._stop.wait(max(0.0, due - time.monotonic())):
                return
            publish(number)
            self._producer.poll(0)

    def _ask(self, number: int) -> None:
        tenant, text = self.library.question()
        query_id = f"q{number:06d}"
        short = (number * 7919) % 1_000 < _SHORT_SHARE * 1_000
        until = datetime.now(UTC) + timedelta(seconds=_SHORT_S if short else _USUAL_S)
        value = {
            "query_id": query_id,
            "text": text,
            "tenant": tenant,
            "principal": {"user": "chaos", "groups": ["staff", "ops", "legal"]},
            "deadline": until.isoformat(),
        }

        def stored(error: object, message: Message) -> None:
            if error is None:
                self.asked[query_id] = (message.timestamp()[1] or 0) / 1000

        self._produce("queries", query_id, value, stored)

    def _change(self, _: int) -> None:
        self._publish_change(next(self._changes))

    def _publish_change(self, change: Change) -> None:
        def stored(error: object, _message: Message) -> None:
            if error is None:
                self.library.note(change)

        self._produce(change.topic, change.key, change.value, stored)

    def _produce(self, topic: str, key: str, value: dict[str, Any], stored: Any) -> None:
        while True:
            try:
                self._producer.produce(
                    topic, key=key, value=json.dumps(value).encode(), on_delivery=stored
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def _flush(self) -> None:
        left = self._producer.flush(300)
        if left:
            raise RuntimeError(f"{left} records could not be published")
