"""What a load keeps on disks and in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ragline.settings import StoreKind
from ragline_cli.bench.record_sizes import QUERY_TOPICS
from ragline_cli.plan_capacity.demand import Demand

REPLICATION = 3
_DAY_MS = 24 * 3600 * 1000
# `docs/operate.md`, "Redis": days that a claim is kept, bytes of an answer's JSON and beside it,
# bytes of an embedding with its place in the table of keys
_CLAIM_DAYS = 2
_ANSWER_BYTES = 4_000
_CLAIM_BYTES = 170
_EMBEDDING_BYTES = 1_700
# `docs/quality/embedders.md`: a passage of about 200 words by the default model
_EMBEDDING_MS = 28.0
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class StoreMeasure:
    """Bytes that one chunk of 590 characters takes in a store, and at how many that was measured.

    `memory` is what must be in memory for a search not to read from disk; None where only a size
    was measured that the server's own memory hides. Source: `docs/capacity.md`.
    """

    disk: int
    memory: int | None
    at: int


STORES: Mapping[StoreKind, StoreMeasure] = MappingProxyType(
    {
        StoreKind.PGVECTOR: StoreMeasure(disk=5_740, memory=2_400, at=175_000),
        StoreKind.WEAVIATE: StoreMeasure(disk=8_100, memory=None, at=10_000),
        StoreKind.QDRANT: StoreMeasure(disk=8_200, memory=None, at=10_000),
    }
)


def topic_bytes(target: Demand, record_bytes: Mapping[str, float]) -> dict[str, float]:
    """Return the bytes of each topic with all its copies, at the mean rate, by name.

    `record_bytes` are those of a stored record of each topic of the query path.
    """
    kept = {
        topic.name: target.questions_a_day
        * topic.retention_ms
        / _DAY_MS
        * record_bytes[topic.name]
        * REPLICATION
        for topic in QUERY_TOPICS
        if topic.name in record_bytes
    }
    documents = float(target.documents * target.document_bytes * REPLICATION)
    return kept | {"documents": documents}


def claim_bytes(target: Demand, answer_bytes: float | None) -> float:
    """Return the memory of Redis for the claims of answers, in bytes.

    `answer_bytes` are those of an answer's JSON, null if they were not measured: Redis keeps it as
    it is, while Kafka's records are compressed.
    """
    each = (answer_bytes or _ANSWER_BYTES) + _CLAIM_BYTES
    return target.questions_a_day * _CLAIM_DAYS * each


def embedding_bytes(target: Demand) -> float:
    """Return the memory of Redis for an embedding of every chunk, in bytes."""
    return float(target.chunks * _EMBEDDING_BYTES)


def embedding_core_hours(target: Demand) -> float:
    """Return the processor time of embedding every chunk once, in hours of one core."""
    return target.chunks * _EMBEDDING_MS / _HOUR_MS
