"""Freshness in the load test: changes one by one, their times, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ragline.contracts.documents import DocumentChanged, Operation, Outcome
from ragline.settings import KafkaSettings
from ragline_cli.bench import freshness
from ragline_cli.bench.freshness import FreshnessFigures, measure_freshness
from ragline_cli.ingest.report import DocumentResult, IngestReport

Published = list[list[DocumentChanged]]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    """An ingestor for which the n-th change takes n ms, and which fails the third."""
    seen: Published = []

    async def ingest(_: object, events: Iterable[DocumentChanged], **__: Any) -> IngestReport:
        seen.append(list(events))
        number = len(seen)
        failed = number == 3
        return IngestReport(
            results=tuple(
                DocumentResult(
                    tenant=event.tenant,
                    document_id=event.document_id,
                    version=event.version,
                    status=Outcome.FAILED if failed else Outcome.INDEXED,
                    freshness_ms=None if failed else float(number),
                )
                for event in seen[-1]
            )
        )

    monkeypatch.setattr(freshness, "ingest_documents", ingest)
    return seen


async def measured(changes: int) -> FreshnessFigures:
    return await measure_freshness(
        KafkaSettings(),
        tenant="bench",
        changes=changes,
        beside="nothing else",
        timeout=1,
        on_change=lambda: None,
    )


async def test_each_change_waits_for_the_one_before(published: Published) -> None:
    figures = await measured(7)
    assert [len(events) for events in published[:-1]] == [1] * 7
    assert len({events[0].content for events in published[:-1]}) == 7
    assert (figures.changes, figures.failed) == (7, 1)
    assert figures.milliseconds.p50 == 4.5
    assert figures.milliseconds.p99 == pytest.approx(6.95)


async def test_the_documents_are_deleted_at_the_end(published: Published) -> None:
    await measured(7)
    written = {events[0].document_id: events[0].version for events in published[:-1]}
    deleted = {event.document_id: event for event in published[-1]}
    assert written.keys() == deleted.keys()
    assert all(event.operation is Operation.DELETE for event in deleted.values())
    assert all(deleted[name].version >= version for name, version in written.items())
