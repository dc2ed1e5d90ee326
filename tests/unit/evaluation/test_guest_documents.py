"""What is measured in an index that others ask is gone afterwards, and can come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ragline.contracts.base import Event
from ragline.contracts.documents import (
    DocumentChanged,
    DocumentStatus,
    Operation,
    Outcome,
)
from ragline.errors import Unavailable
from ragline_evaluation.guest_documents import GuestDocuments

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FencedIngestor:
    """Keeps each document's newest version, and what refuses older ones; may be away."""

    def __init__(self) -> None:
        self.fence: dict[str, int] = {}
        self.found: set[str] = set()
        self.away: set[str] = set()

    async def __call__(self, event: Event) -> Event:
        assert isinstance(event, DocumentChanged)
        if event.document_id in self.away:
            raise Unavailable("the store is away")
        newer = event.version > self.fence.get(event.document_id, 0)
        if newer:
            self.fence[event.document_id] = event.version
            deleted = event.operation is Operation.DELETE
            (self.found.discard if deleted else self.found.add)(event.document_id)
        return DocumentStatus(
            document_id=event.document_id,
            version=event.version,
            status=Outcome.INDEXED if newer else Outcome.SUPERSEDED,
            finished_at=NOW,
        )


def changed(name: str) -> DocumentChanged:
    return DocumentChanged(document_id=name, version=1, content="text")


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


async def test_what_was_ingested_is_removed_and_can_be_measured_again_later() -> None:
    ingestor = FencedIngestor()
    for days in range(3):
        guests = GuestDocuments(stage=ingestor, clock=at(NOW + timedelta(days=days)))
        for name in ("a", "b"):
            await guests(changed(name))
        assert ingestor.found == {"a", "b"}
        assert guests.count == 2
        advanced: list[int] = []
        removed = await guests.remove(advanced.append)
        assert (removed.documents, sum(advanced), removed.failures) == (2, 2, [])
        assert (ingestor.found, guests.count) == (set(), 0)


async def test_what_failed_while_it_was_ingested_is_removed_and_what_stays_is_named() -> None:
    ingestor = FencedIngestor()
    guests = GuestDocuments(stage=ingestor, clock=at(NOW))
    await guests(changed("a"))
    ingestor.away.add("b")
    with pytest.raises(Unavailable):
        await guests(changed("b"))
    removed = await guests.remove(lambda _done: None)
    assert ingestor.found == set()
    assert removed.failures == ["b: the store is away"]
