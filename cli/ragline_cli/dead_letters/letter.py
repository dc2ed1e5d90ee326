"""A dead letter as stored on its topic: which record it was, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self

from ragline.contracts.cloudevents import Headers, decode_headers, last_header
from ragline.contracts.dead_letters import DeadLetterHeader
from ragline.contracts.topics import BY_NAME
from ragline.errors import Misconfigured
from ragline.messaging.record import Record
from ragline.messaging.retry_topics import RetryHeader, origin

_ID = re.compile(r"^(\d{1,9})-(\d{1,18})$", re.ASCII)
_PREFIX = "ragline-dead-letter-"


class LetterId(NamedTuple):
    """A dead letter's position: partition and offset on `dead-letters`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}-{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `partition-offset`.

        Raises:
            Misconfigured: the text does not have this form.
        """
        match = _ID.match(text)
        if match is None:
            raise Misconfigured(f"{text!r} is no dead letter's id; it looks like 1-42")
        return cls(int(match[1]), int(match[2]))


@dataclass(slots=True, kw_only=True)
class Source:
    """The record that failed, as `ragline.messaging.record.Record` describes one."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A dead letter. `timestamp` is epoch milliseconds of its append to `dead-letters`.

    A field is null if the headers do not state it, because another program wrote the record.
    `source` is where the record failed, `origin` its first topic, which differs after retries.
    """

    id: LetterId
    timestamp: int
    cause: str | None
    error: str
    service: str | None
    failed_at: datetime
    source: Source | None
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def journal_key(self) -> str:
        """The key of its mark on `dead-letters.handled`."""
        return f"{self.id}@{self.timestamp}"

    @property
    def own_headers(self) -> Headers:
        """The record's headers without those that make it a dead letter."""
        return [(name, value) for name, value in self.headers if not name.startswith(_PREFIX)]

    @property
    def attempt(self) -> int:
        """Which attempt failed, from 1."""
        return decode_headers(self.own_headers).attempt

    @property
    def origin(self) -> str | None:
        """The record's first topic."""
        if self.source is None:
            return None
        return origin(self.source) if self.source.topic in BY_NAME else self.source.topic

    @property
    def first_appended_at(self) -> int | None:
        """When a record of a retry topic was appended to its first topic, epoch milliseconds."""
        return _number(last_header(self.own_headers, RetryHeader.APPENDED_AT))


def read_letter(record: Record) -> DeadLetter:
    """Read a record of `dead-letters`; accepts any content."""
    headers = list(record.headers)
    return DeadLetter(
        id=LetterId(record.partition, record.offset),
        timestamp=record.timestamp,
        cause=last_header(headers, DeadLetterHeader.CAUSE),
        error=last_header(headers, DeadLetterHeader.ERROR) or "",
        service=last_header(headers, DeadLetterHeader.SERVICE),
        failed_at=_instant(last_header(headers, DeadLetterHeader.FAILED_AT), record.timestamp),
        source=_source(record, headers),
        key=record.key,
        value=record.value,
        headers=headers,
    )


def _source(record: Record, headers: Headers) -> Source | None:
    topic = last_header(headers, DeadLetterHeader.TOPIC)
    partition = _number(last_header(headers, DeadLetterHeader.PARTITION))
    offset = _number(last_header(headers, DeadLetterHeader.OFFSET))
    if topic is None or partition is None or offset is None:
        return None
    return Source(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=record.timestamp,
        key=record.key,
        value=record.value,
        headers=headers,
    )


def _number(text: str | None) -> int | None:
    short = text is not None and text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if short and text else None


def _instant(text: str | None, fallback_ms: int) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.fromtimestamp(fallback_ms / 1000, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
