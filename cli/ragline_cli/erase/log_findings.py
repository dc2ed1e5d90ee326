"""What a topic holds of a subject: which records, in which partitions, under which keys. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ragline.contracts.base import QueryRef
from ragline.contracts.cloudevents import VERSION, last_header
from ragline.contracts.topics import (
    ANSWERS,
    CANDIDATES,
    DEAD_LETTERS,
    DEAD_LETTERS_HANDLED,
    DOCUMENT_ACCESS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    FEEDBACK,
    INDEXES,
    INTENTS,
    QUERIES,
    RANKED,
    RETRIES,
    Topic,
)
from ragline.messaging.record import Record
from ragline.messaging.terminal_events import stated_version
from ragline_cli.erase.subject import Subject, query_in

# Logs of the whole truth, where a record without a value lets compaction remove those before it
TOMBSTONED: tuple[Topic, ...] = (DOCUMENTS, DOCUMENT_ACCESS)
# Queues that the ingestor alone reads, whatever it has read is of no more use to anybody
WORK_QUEUES: tuple[Topic, ...] = (DOCUMENTS_OCR, *RETRIES)
_BY_KEY = frozenset(t.name for t in (*TOMBSTONED, *WORK_QUEUES, DOCUMENT_STATUS))
_WITH_PASSAGES = frozenset(t.name for t in (CANDIDATES, RANKED, ANSWERS))
# Those with passages come first: they tell which queries the others are read for
READ_IN_ORDER: tuple[Topic, ...] = (
    *TOMBSTONED,
    DOCUMENT_STATUS,
    *WORK_QUEUES,
    CANDIDATES,
    RANKED,
    ANSWERS,
    QUERIES,
    INTENTS,
    FEEDBACK,
    DEAD_LETTERS,
)
UNREAD = frozenset({DEAD_LETTERS_HANDLED.name, INDEXES.name})  # marks by position; settings


@dataclass(slots=True)
class KeyFindings:
    """The records of one key in one partition: those with a value, and how the last one is."""

    valued: int = 0
    newest_ms: int = 0
    version: int = -1
    last_offset: int = -1
    ends_empty: bool = False


@dataclass(slots=True)
class TopicFindings:
    """What a topic holds. `newest_ms` is when the newest of its records was appended."""

    records: int = 0
    newest_ms: int = 0
    keys: dict[tuple[int, bytes], KeyFindings] = field(default_factory=dict)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    """Partition, offset and append time of each record; of dead letters only."""

    @property
    def partitions(self) -> list[int]:
        """The partitions that hold records with a value."""
        return sorted({partition for (partition, _), each in self.keys.items() if each.valued})

    @property
    def open(self) -> dict[tuple[int, bytes], KeyFindings]:
        """Partitions and keys whose last record has a value: nothing lets compaction remove it."""
        return {place: each for place, each in self.keys.items() if not each.ends_empty}


class LogFindings:
    """Collects what all topics hold; give it the topics in the order of `READ_IN_ORDER`."""

    def __init__(self, subject: Subject, queries: Iterable[QueryRef] = ()) -> None:
        self._subject = subject
        self.topics: dict[str, TopicFindings] = {
            each.name: TopicFindings() for each in READ_IN_ORDER
        }
        self.queries: set[QueryRef] = set(queries)
        """Queries whose passages or answers are of the subject."""

    def see(self, record: Record) -> None:
        """Look at a record; call it in the order of each partition."""
        if not self._holds(record):
            return
        found = self.topics[record.topic]
        found.newest_ms = max(found.newest_ms, record.timestamp)
        if record.value is not None:
            found.records += 1
        if record.topic in _BY_KEY:
            place = record.partition, record.key or b""
            _note(found.keys.setdefault(place, KeyFindings()), record)
        elif record.topic == DEAD_LETTERS.name:
            found.places.append((record.partition, record.offset, record.timestamp))

    @property
    def document_ids(self) -> set[str]:
        """The ids of the subject's documents that the logs name."""
        return {
            key.decode("utf-8", "replace").partition("/")[2]
            for topic in _BY_KEY
            for _, key in self.topics[topic].keys
        }

    @property
    def versions(self) -> dict[str, int]:
        """The highest version of each document that the logs name; -1 if none names its version."""
        found: dict[str, int] = defaultdict(lambda: -1)
        for topic in _BY_KEY:
            for (_, key), each in self.topics[topic].keys.items():
                document_id = key.decode("utf-8", "replace").partition("/")[2]
                found[document_id] = max(found[document_id], each.version)
        return dict(found)

    def __iter__(self) -> Iterator[tuple[Topic, TopicFindings]]:
        """Yield every topic with what it holds."""
        return ((topic, self.topics[topic.name]) for topic in READ_IN_ORDER)

    def _holds(self, record: Record) -> bool:
        subject = self._subject
        if record.topic in _BY_KEY:
            return subject.covers_key(record.key)
        if record.topic in _WITH_PASSAGES:
            if not subject.is_in(record.value):
                return False
            if (query := query_in(record.value)) is not None:
                self.queries.add(query)
            return True
        if record.topic == DEAD_LETTERS.name and subject.covers_key(record.key):
            return True
        if subject.documents is None or record.topic == DEAD_LETTERS.name:
            return record.value is not None and subject.is_in(record.value)
        return query_in(record.value) in self.queries


def _note(found: KeyFindings, record: Record) -> None:
    found.last_offset = record.offset
    found.ends_empty = record.value is None
    found.version = max(found.version, _version(record))
    if record.value is not None:
        found.valued += 1
        found.newest_ms = max(found.newest_ms, record.timestamp)


def _version(record: Record) -> int:
    """Return the version that a record states, read as forgivingly as the ingestor does."""
    if record.value and (stated := stated_version(record)):
        return stated
    header = last_header(record.headers, VERSION) or ""
    return int(header) if header.isascii() and header.isdigit() else -1
