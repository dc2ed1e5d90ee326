"""The views' fake, and their contract as tests: one suite for the fake and the adapter.

A test module derives a class from `ViewsContract` and defines the fixture `open_views`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol
from uuid import uuid4

from ragline.contracts.documents import DocumentStatus, Outcome
from ragline.ports.views import PipelineState, StageState, Views, ViewWriter

T0 = datetime(2026, 1, 1, tzinfo=UTC)


class BothSides(Views, ViewWriter, Protocol):
    """Reads and writes views."""


# Makes views whose lists hold the given number of documents
OpenViews = Callable[[int], BothSides]


class MemoryViews:
    """Ports `Views` and `ViewWriter`, in memory; nothing expires."""

    def __init__(self, *, most_recent: int = 500) -> None:
        self._most_recent = most_recent
        self._pipeline: PipelineState | None = None
        self._documents: dict[tuple[str, str], DocumentStatus] = {}

    async def pipeline(self) -> PipelineState | None:
        return self._pipeline

    async def document(self, tenant: str, document_id: str) -> DocumentStatus | None:
        return self._documents.get((tenant, document_id))

    async def recent_documents(self, tenant: str, *, limit: int) -> Sequence[DocumentStatus]:
        own = [status for status in self._documents.values() if status.tenant == tenant]
        newest_first = sorted(own, key=lambda status: status.finished_at, reverse=True)
        return tuple(newest_first[: min(limit, self._most_recent)])

    async def note_pipeline(self, state: PipelineState) -> None:
        self._pipeline = state

    async def note_document(self, status: DocumentStatus) -> None:
        place = (status.tenant, status.document_id)
        known = self._documents.get(place)
        if known is None or known.order <= status.order:
            self._documents[place] = status


def status_of(tenant: str, document_id: str = "a.md", **changes: Any) -> DocumentStatus:
    """Return a status: version 1, indexed at `T0`, unless `changes` override that."""
    given = {"version": 1, "status": Outcome.INDEXED, "finished_at": T0}
    return DocumentStatus(tenant=tenant, document_id=document_id, **(given | changes))


def later(seconds: float) -> datetime:
    """Return an instant after `T0`."""
    return T0 + timedelta(seconds=seconds)


class ViewsContract:
    """Everything that `Views` and `ViewWriter` promise while nothing fails."""

    async def test_the_last_look_at_the_pipeline_is_shown(self, open_views: OpenViews) -> None:
        views = open_views(500)
        stage = StageState(stage="classifier", topic="queries", lag=3, members=2, per_second=1.5)
        first = PipelineState(stages=(stage,), dead_letters=7, seen_at=T0)
        second = PipelineState(stages=(), dead_letters=8, seen_at=later(2))
        await views.note_pipeline(first)
        assert await views.pipeline() == first
        await views.note_pipeline(second)
        assert await views.pipeline() == second

    async def test_nothing_is_known_of_what_was_never_seen(self, open_views: OpenViews) -> None:
        views, tenant = open_views(500), uuid4().hex
        assert await views.document(tenant, "a.md") is None
        assert list(await views.recent_documents(tenant, limit=10)) == []

    async def test_a_status_comes_back_whole(self, open_views: OpenViews) -> None:
        views, tenant = open_views(500), uuid4().hex
        status = status_of(tenant, "handbook/ä:1/größe.md", warnings=("odd",), freshness_ms=12.5)
        await views.note_document(status)
        assert await views.document(tenant, "handbook/ä:1/größe.md") == status

    async def test_a_higher_version_replaces_a_lower_one_even_if_it_ended_earlier(
        self, open_views: OpenViews
    ) -> None:
        views, tenant = open_views(500), uuid4().hex
        highest = status_of(tenant, version=2**63 - 1, finished_at=later(-60))
        await views.note_document(status_of(tenant, version=2**63 - 2))
        await views.note_document(highest)
        assert await views.document(tenant, "a.md") == highest

    async def test_a_lower_version_never_replaces_a_higher_one(self, open_views: OpenViews) -> None:
        views, tenant = open_views(500), uuid4().hex
        newer = status_of(tenant, version=10)
        await views.note_document(newer)
        await views.note_document(status_of(tenant, version=9, finished_at=later(60)))
        assert await views.document(tenant, "a.md") == newer

    async def test_at_one_version_the_later_end_counts(self, open_views: OpenViews) -> None:
        views, tenant = open_views(500), uuid4().hex
        failed = status_of(tenant, status=Outcome.FAILED)
        indexed = status_of(tenant, finished_at=later(0.000_001))
        await views.note_document(failed)
        await views.note_document(indexed)
        await views.note_document(failed)
        assert await views.document(tenant, "a.md") == indexed

    async def test_in_whatever_order_and_however_often_the_last_state_is_the_same(
        self, open_views: OpenViews
    ) -> None:
        views, tenant = open_views(500), uuid4().hex
        all_of = [
            status_of(tenant, version=v, finished_at=later(s)) for v in (1, 2) for s in (1, 2)
        ]
        told = all_of * 3
        Random(7).shuffle(told)
        await asyncio.gather(*(views.note_document(status) for status in told))
        assert await views.document(tenant, "a.md") == all_of[-1]
        assert list(await views.recent_documents(tenant, limit=10)) == [all_of[-1]]

    async def test_recent_documents_are_newest_first_and_each_once(
        self, open_views: OpenViews
    ) -> None:
        views, tenant = open_views(500), uuid4().hex
        for seconds, name in enumerate(("a", "b", "c")):
            await views.note_document(status_of(tenant, name, finished_at=later(seconds)))
        await views.note_document(status_of(tenant, "a", version=2, finished_at=later(9)))
        assert await recent(views, tenant) == ["a", "c", "b"]
        assert await recent(views, tenant, limit=2) == ["a", "c"]
        assert await recent(views, tenant, limit=0) == []

    async def test_the_list_of_recent_documents_is_bounded_and_statuses_stay(
        self, open_views: OpenViews
    ) -> None:
        views, tenant = open_views(3), uuid4().hex
        for seconds in range(5):
            await views.note_document(
                status_of(tenant, f"{seconds}.md", finished_at=later(seconds))
            )
        assert await recent(views, tenant, limit=100) == ["4.md", "3.md", "2.md"]
        assert await views.document(tenant, "0.md") is not None

    async def test_tenants_do_not_see_each_other(self, open_views: OpenViews) -> None:
        views, tenant, other = open_views(500), uuid4().hex, uuid4().hex
        await views.note_document(status_of(tenant))
        assert await views.document(other, "a.md") is None
        assert await recent(views, other) == []


async def recent(views: Views, tenant: str, *, limit: int = 10) -> list[str]:
    """Return the ids of a tenant's recent documents."""
    return [status.document_id for status in await views.recent_documents(tenant, limit=limit)]
