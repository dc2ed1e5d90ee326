"""Freshness: the time from a document change's event until the change is searchable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict

from ragline.contracts.documents import DocumentChanged, Operation
from ragline.settings import KafkaSettings
from ragline_cli.bench.stats import Quantiles
from ragline_cli.ingest.report import IngestReport
from ragline_cli.ingest.run import ingest_documents

# the changes cycle through this many documents, so most of them change an existing document
_DOCUMENTS = 5
_PARAGRAPHS = (
    "The courier of round {n} leaves the depot at {n} past six and comes back before noon.",
    "Parcels of round {n} that nobody accepts stay for seven days at desk {n}.",
    "Complaints about round {n} go to the office on floor {n}, with the number of the parcel.",
)


class FreshnessFigures(BaseModel):
    """`milliseconds` from the append of a change until searches find it."""

    model_config = ConfigDict(frozen=True)

    beside: str
    changes: int
    failed: int
    milliseconds: Quantiles


async def measure_freshness(
    kafka: KafkaSettings,
    *,
    tenant: str,
    changes: int,
    beside: str,
    timeout: float,
    on_change: Callable[[], None],
) -> FreshnessFigures:
    """Publish `changes` one after the other, each once the previous one is searchable.

    The documents are deleted at the end.

    Raises:
        Unavailable: Kafka cannot be reached.
    """
    fresh: list[float] = []
    failed = 0
    try:
        for event in _changes(tenant, changes):
            report = await ingest_documents(kafka, [event], timeout=timeout)
            fresh += _freshness(report)
            failed += len(report.failures)
            on_change()
    finally:
        await ingest_documents(kafka, _deletions(tenant), timeout=timeout)
    return FreshnessFigures(
        beside=beside, changes=changes, failed=failed, milliseconds=Quantiles.of(fresh)
    )


def _freshness(report: IngestReport) -> list[float]:
    return [each.freshness_ms for each in report.results if each.freshness_ms is not None]


def _changes(tenant: str, count: int) -> Iterator[DocumentChanged]:
    for number in range(count):
        version = _version()
        yield DocumentChanged(
            tenant=tenant,
            document_id=_name(number),
            version=version,
            title=f"Round {number % _DOCUMENTS}",
            content="\n\n".join(each.format(n=version + number) for each in _PARAGRAPHS),
        )


def _deletions(tenant: str) -> Iterator[DocumentChanged]:
    for number in range(_DOCUMENTS):
        yield DocumentChanged(
            tenant=tenant,
            document_id=_name(number),
            version=_version(),
            operation=Operation.DELETE,
        )


def _name(number: int) -> str:
    return f"bench/freshness-{number % _DOCUMENTS}"


def _version() -> int:
    return time.time_ns() // 1_000_000
