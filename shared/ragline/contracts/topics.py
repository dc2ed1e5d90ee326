"""The topic registry: the only place that defines topic names.

Broker set-up, Strimzi manifests, the AsyncAPI document and the documentation's tables are generated
from it, and tests check that they agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ragline.contracts.answers import QueryAnswered
from ragline.contracts.base import Event
from ragline.contracts.dead_letters import DeadLetterHandled
from ragline.contracts.documents import (
    DocumentAccessChanged,
    DocumentChanged,
    DocumentScanned,
    DocumentStatus,
)
from ragline.contracts.feedback import FeedbackGiven
from ragline.contracts.indexes import BASE_INDEX, IndexesChanged
from ragline.contracts.queries import (
    CandidatesRanked,
    CandidatesRetrieved,
    QueryClassified,
    QuerySubmitted,
)

# What every consumer group's name begins with
ALL_GROUPS = "ragline."
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
MAX_RECORD_BYTES = 8 * 1024 * 1024


class Service(StrEnum):
    """What is deployed separately: the five stages, the gateway and the monitor."""

    CLASSIFIER = "classifier"
    RETRIEVER = "retriever"
    RERANKER = "reranker"
    GENERATOR = "generator"
    INGESTOR = "ingestor"
    GATEWAY = "gateway"
    MONITOR = "monitor"


QUERY_STAGES: tuple[Service, ...] = (
    Service.CLASSIFIER,
    Service.RETRIEVER,
    Service.RERANKER,
    Service.GENERATOR,
)
STAGES: tuple[Service, ...] = (*QUERY_STAGES, Service.INGESTOR)
# Services that read in consumer groups; the gateway reads `answers` without one
CONSUMERS: tuple[Service, ...] = (*STAGES, Service.MONITOR)
# Whose lag a service reads from the broker, in pipeline order: the classifier admits questions by
# it, the monitor shows it
LAG_READERS: Mapping[Service, tuple[Service, ...]] = MappingProxyType(
    {Service.CLASSIFIER: QUERY_STAGES[1:], Service.MONITOR: STAGES}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic: what it carries, who writes and reads it, and how the broker keeps it.

    `event` is null for topics of raw records. `delay_s` is set for retry topics: a record is
    handled that many seconds after it was appended. Each process of `followers` reads all of it, in
    no group.
    """

    name: str
    event: type[Event] | None
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    followers: tuple[str, ...] = ()
    cleanup: str = "delete"
    retention_ms: int = 7 * _DAY_MS
    delay_s: int | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def readers(self) -> tuple[str, ...]:
        """Who reads it, in a group or not."""
        return (*self.consumers, *self.followers)

    @property
    def max_bytes(self) -> int:
        """Most bytes of a stored record; raw topics also fit the largest one plus our headers."""
        return MAX_RECORD_BYTES if self.event else 2 * MAX_RECORD_BYTES

    @property
    def config(self) -> dict[str, str]:
        """The broker's settings for this topic, except for replication."""
        settings = {
            "cleanup.policy": self.cleanup,
            "compression.type": "producer",
            "max.message.bytes": str(self.max_bytes),
            # the time of a record is the broker's: publishers' clocks may be wrong by hours
            "message.timestamp.type": "LogAppendTime",
        }
        if "delete" in self.cleanup:
            settings["retention.ms"] = str(self.retention_ms)
        return settings | dict(self.extra)


# At most, for erasure: how long a deleted document's content may stay in the log. At least, for
# access: how long the ingestor may be away and still read who may read a document, although a later
# version does not state it (`docs/architecture/delivery.md`)
_COMPACTION = MappingProxyType(
    {
        "max.compaction.lag.ms": str(_DAY_MS),
        "min.compaction.lag.ms": str(_DAY_MS // 2),
        "delete.retention.ms": str(7 * _DAY_MS),
    }
)
_QUERY_PATH = 24
_DOCUMENTS = 12
_OTHER = 3


def _query_path(
    name: str, event: type[Event], producers: tuple[str, ...], consumers: tuple[str, ...]
) -> Topic:
    return Topic(
        name=name,
        event=event,
        key="query_id",
        producers=producers,
        consumers=consumers,
        partitions=_QUERY_PATH,
        retention_ms=_DAY_MS,
    )


def _retry(name: str, delay_s: int) -> Topic:
    return Topic(
        name=name,
        event=None,
        key="tenant/document_id",
        producers=(Service.INGESTOR,),
        consumers=(Service.INGESTOR,),
        partitions=_DOCUMENTS,
        delay_s=delay_s,
    )


def _changes(name: str, event: type[Event], *, also_from: tuple[str, ...] = ()) -> Topic:
    return Topic(
        name=name,
        event=event,
        key="tenant/document_id",
        producers=("cms", Service.GATEWAY, *also_from),
        consumers=(Service.INGESTOR,),
        partitions=_DOCUMENTS,
        cleanup="compact",
        extra=_COMPACTION,
    )


QUERIES = _query_path(
    "queries", QuerySubmitted, ("publishers", Service.GATEWAY), (Service.CLASSIFIER,)
)
# the reranker sends a question back whose passages do not hold what it asks
INTENTS = _query_path(
    "intents", QueryClassified, (Service.CLASSIFIER, Service.RERANKER), (Service.RETRIEVER,)
)
CANDIDATES = _query_path(
    "candidates", CandidatesRetrieved, (Service.RETRIEVER,), (Service.RERANKER,)
)
RANKED = _query_path("ranked", CandidatesRanked, (Service.RERANKER,), (Service.GENERATOR,))
ANSWERS = Topic(
    name="answers",
    event=QueryAnswered,
    key="query_id",
    producers=QUERY_STAGES,
    consumers=("publishers", Service.GATEWAY, Service.MONITOR),
    partitions=_QUERY_PATH,
)
DOCUMENTS = _changes("documents", DocumentChanged)
DOCUMENT_ACCESS = _changes("document-access", DocumentAccessChanged, also_from=(Service.INGESTOR,))
# A lane of its own: a page takes seconds, and what has text must not wait for it
DOCUMENTS_OCR = Topic(
    name="documents.ocr",
    event=DocumentScanned,
    key="tenant/document_id",
    producers=(Service.INGESTOR,),
    consumers=(Service.INGESTOR,),
    partitions=_DOCUMENTS,
)
DOCUMENT_STATUS = Topic(
    name="document-status",
    event=DocumentStatus,
    key="tenant/document_id",
    producers=(Service.INGESTOR,),
    consumers=("cms", Service.MONITOR),
    partitions=_DOCUMENTS,
    cleanup="compact,delete",
    retention_ms=30 * _DAY_MS,
)
FEEDBACK = Topic(
    name="feedback",
    event=FeedbackGiven,
    key="query_id",
    producers=("users", Service.GATEWAY),
    consumers=(Service.MONITOR,),
    partitions=_OTHER,
    retention_ms=30 * _DAY_MS,
)
RETRY_10S = _retry("documents.retry.10s", 10)
RETRY_1M = _retry("documents.retry.1m", 60)
RETRY_10M = _retry("documents.retry.10m", 600)
DEAD_LETTERS = Topic(
    name="dead-letters",
    event=None,
    key="as source",
    producers=CONSUMERS,
    consumers=("operators", Service.MONITOR),
    partitions=_OTHER,
    retention_ms=90 * _DAY_MS,
)
# Compaction without deletion: a mark must outlive its dead letter, whose retention may be extended
DEAD_LETTERS_HANDLED = Topic(
    name="dead-letters.handled",
    event=DeadLetterHandled,
    key="partition-offset@appended_at of the dead letter",
    producers=("operators",),
    consumers=("operators",),
    partitions=_OTHER,
    cleanup="compact",
)
# One partition, so that whoever follows it sees one order of changes, and each of them whole
INDEXES = Topic(
    name="indexes",
    event=IndexesChanged,
    key="indexes",
    producers=("operators",),
    consumers=("operators",),
    followers=(Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY, Service.MONITOR),
    partitions=1,
    cleanup="compact",
)

TOPICS: tuple[Topic, ...] = (
    QUERIES,
    INTENTS,
    CANDIDATES,
    RANKED,
    ANSWERS,
    DOCUMENTS,
    DOCUMENT_ACCESS,
    DOCUMENTS_OCR,
    DOCUMENT_STATUS,
    FEEDBACK,
    RETRY_10S,
    RETRY_1M,
    RETRY_10M,
    DEAD_LETTERS,
    DEAD_LETTERS_HANDLED,
    INDEXES,
)
RETRIES: tuple[Topic, ...] = (RETRY_10S, RETRY_1M, RETRY_10M)
BY_NAME: Mapping[str, Topic] = MappingProxyType({topic.name: topic for topic in TOPICS})
_BY_EVENT = {topic.event: topic for topic in TOPICS if topic.event}


def topic_of(event: type[Event]) -> Topic:
    """Return the topic that carries `event`.

    Raises:
        KeyError: the class is not an event of the registry.
    """
    return _BY_EVENT[event]


def consumed_by(service: Service) -> tuple[Topic, ...]:
    """Return the topics that `service` reads in a consumer group."""
    return tuple(topic for topic in TOPICS if service in topic.consumers)


def groups_of(service: str) -> str:
    """Return the prefix of all consumer groups of `service`, and of no other service's."""
    return f"{ALL_GROUPS}{service}."


def consumer_group(service: str, topic: Topic, *, index: str = BASE_INDEX) -> str:
    """Return the consumer group in which `service` reads `topic`: one group, one topic.

    The ingestor of a further index reads in groups of its own.
    """
    group = f"{groups_of(service)}{topic.name}"
    return group if index == BASE_INDEX else f"{group}@{index}"
