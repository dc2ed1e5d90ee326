"""Whether a dead letter is still the latest state of its key, on a compacted source topic.

Compaction keeps the last record of a key. A replay appended after a newer record would become the
last one, and compaction would keep the older state. So a dead letter is replayed only if its record
is still on the source topic and no newer record of the key follows it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ragline.contracts.cloudevents import decode_headers
from ragline.messaging.record import Record
from ragline_cli.dead_letters.letter import DeadLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record on the source topic."""

    partition: int
    offset: int
    digest: bytes | None
    attempt: int


@dataclass(slots=True, kw_only=True)
class Want:
    """What to find on one dead letter's source topic, and what was found so far.

    If the record failed on the source topic itself, `partition` and `offset` identify it. If it
    failed on a retry topic, only `appended_at` (epoch milliseconds) and `digest` do.
    """

    topic: str
    key: bytes
    digest: bytes | None
    attempt: int
    partition: int | None = None
    offset: int | None = None
    appended_at: int | None = None
    original: Seen | None = None
    latest: Seen | None = None

    def see(self, record: Record) -> None:
        """Process a record of this key; call it in the order of each partition."""
        seen = Seen(
            partition=record.partition,
            offset=record.offset,
            digest=digest_of(record.value),
            attempt=decode_headers(record.headers).attempt,
        )
        if self._is_original(record, seen):
            self.original, self.latest = seen, None
        elif self._is_newer(seen):
            self.latest = seen

    def _is_original(self, record: Record, seen: Seen) -> bool:
        if self.offset is not None:
            return (seen.partition, seen.offset) == (self.partition, self.offset)
        same = record.timestamp == self.appended_at and seen.digest == self.digest
        return same and self.original is None

    def _is_newer(self, seen: Seen) -> bool:
        if self.original is not None:
            return seen.partition == self.original.partition
        return self.partition in (None, seen.partition)

    @property
    def superseded_by(self) -> Seen | None:
        """The newer record of the key, or None."""
        return None if self.replayed_as else self.latest

    @property
    def replayed_as(self) -> Seen | None:
        """The replay of this letter if a crash prevented its mark, or None."""
        latest, own = self.latest, (self.digest, self.attempt + 1)
        return latest if latest and (latest.digest, latest.attempt) == own else None

    @property
    def gone(self) -> bool:
        """Whether compaction removed the record and all later ones of its key: it was erased."""
        return self.original is None and self.latest is None


def digest_of(value: bytes | None) -> bytes | None:
    """Return a digest to compare values by; None for a null value."""
    return None if value is None else hashlib.blake2b(value, digest_size=16).digest()


def want_of(letter: DeadLetter) -> Want | None:
    """Return what to look for, or None if the headers do not say where the record was."""
    source, origin = letter.source, letter.origin
    if source is None or origin is None or letter.key is None:
        return None
    direct = source.topic == origin
    if not direct and letter.first_appended_at is None:
        return None
    return Want(
        topic=origin,
        key=letter.key,
        digest=digest_of(letter.value),
        attempt=letter.attempt,
        partition=source.partition if direct else None,
        offset=source.offset if direct else None,
        appended_at=None if direct else letter.first_appended_at,
    )
