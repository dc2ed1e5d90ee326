"""An ingestion ends when every change has its terminal status, or none comes any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from ragline.contracts.documents import (
    ChunkCounts,
    DocumentChanged,
    DocumentError,
    DocumentStatus,
    EmbeddingCounts,
    Outcome,
)
from ragline.errors import Unavailable
from ragline_cli.ingest.report import DocumentResult
from ragline_cli.ingest.run import ingest_documents

if TYPE_CHECKING:
    from tests.unit.cli.conftest import FakeKafka, Sent

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def document(name: str, version: int = 1) -> DocumentChanged:
    return DocumentChanged(tenant="t", document_id=name, version=version, content="x")


def status_of(event: DocumentChanged, outcome: Outcome = Outcome.INDEXED) -> DocumentStatus:
    return DocumentStatus(
        tenant=event.tenant,
        document_id=event.document_id,
        version=event.version,
        status=outcome,
        chunks=ChunkCounts(added=2),
        embeddings=EmbeddingCounts(computed=2),
        freshness_ms=20.0,
        error=DocumentError(code="bad", message="b") if outcome is Outcome.FAILED else None,
        finished_at=NOW,
    )


def indexes(sent: Sent) -> Iterator[bytes]:
    event = DocumentChanged.model_validate_json(sent.value)
    failed = event.document_id.startswith("bad")
    yield status_of(event, Outcome.FAILED if failed else Outcome.INDEXED).to_json()


async def test_every_document_gets_its_result(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = indexes
    seen: list[DocumentResult] = []
    names = ["a.md", "bad.pdf", "c.md"]
    report = await ingest_documents("k:1", map(document, names), on_progress=seen.append)
    assert [r.document_id for r in report.results] == names
    assert list(report.results) == seen
    assert [r.document_id for r in report.failures] == ["bad.pdf"]
    assert fake_kafka.tails == ["document-status"]


async def test_changes_are_published_as_cloud_events_on_documents(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = indexes
    await ingest_documents("k:1", [document("a.md")])
    (sent,) = fake_kafka.sent
    assert (sent.topic, sent.key) == ("documents", b"t/a.md")
    assert dict(sent.headers)["ce_type"] == b"ragline.document.changed.v1"
    assert dict(sent.headers)["ce_subject"] == b"a.md"


async def test_statuses_of_others_and_broken_records_are_passed_over(fake_kafka: FakeKafka) -> None:
    ours = document("a.md", version=2)
    access = status_of(ours).model_copy(update={"change": "access"})
    foreign = [
        b"not json",
        None,
        b"{}",
        status_of(document("a.md", version=1), Outcome.FAILED).to_json(),
        status_of(ours.model_copy(update={"tenant": "other"}), Outcome.FAILED).to_json(),
        access.to_json(),
    ]
    fake_kafka.respond = lambda _: [*foreign, status_of(ours).to_json()]
    report = await ingest_documents("k:1", [ours])
    assert [r.status for r in report.results] == [Outcome.INDEXED]


async def test_a_repeated_status_counts_once(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = lambda sent: [*indexes(sent), *indexes(sent)]
    report = await ingest_documents("k:1", [document("a.md"), document("b.md")])
    assert [r.document_id for r in report.results] == ["a.md", "b.md"]


async def test_a_document_without_status_failed_and_says_what_to_do(
    fake_kafka: FakeKafka,
) -> None:
    report = await ingest_documents("k:1", [document("a.md")], timeout=0.01)
    (result,) = report.failures
    assert result.error is not None
    assert result.error.code == "no_status"
    assert "ragline status" in result.error.message


async def test_a_record_that_the_broker_refuses_fails_alone(fake_kafka: FakeKafka) -> None:
    fake_kafka.respond = indexes
    fake_kafka.refuse = lambda sent: (
        MessageSizeTooLargeError("8 MiB") if b"big" in sent.key else None
    )
    report = await ingest_documents("k:1", [document("big.md"), document("a.md")])
    outcomes = {r.document_id: r.error.code if r.error else None for r in report.results}
    assert outcomes == {"big.md": "not_published", "a.md": None}


async def test_a_reader_that_breaks_ends_the_wait(fake_kafka: FakeKafka) -> None:
    fake_kafka.arrive(KafkaConnectionError("gone"))
    with pytest.raises(Unavailable, match="no Kafka broker answers at k:1"):
        await ingest_documents("k:1", [document("a.md")], timeout=5)


async def test_nothing_to_publish_ends_at_once(fake_kafka: FakeKafka) -> None:
    report = await ingest_documents("k:1", [])
    assert report.results == ()
    assert fake_kafka.sent == []
