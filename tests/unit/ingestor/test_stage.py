"""A change ends in one status, and the store in the state of the highest version."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from unittest.mock import AsyncMock

import pytest
from tests.unit.ingestor.conftest import prepare

from ragline.contracts.documents import (
    ChunkCounts,
    DocumentAccessChanged,
    DocumentChanged,
    DocumentScanned,
    DocumentStatus,
    EmbeddingCounts,
    Operation,
    Outcome,
)
from ragline.contracts.queries import Filters
from ragline.embedded_text import embedded_text
from ragline.errors import InvalidDocument, TransientError, Unavailable
from ragline.ports.store import DocumentRef, Scope
from ragline.testing.store import MemoryStore
from ragline_ingestor.document import ONLY_SCANS, Content
from ragline_ingestor.ocr_lane import OcrLane
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.stage import IngestorStage

MakeStage = Callable[..., IngestorStage]

SENTENCES = "Queues hold messages until a consumer takes them. " * 6
PAGE = f"# Guide\n\n{SENTENCES}\n\n## Setup\n\nInstall. {SENTENCES}\n"
BINARY = base64.b64encode(bytes(range(256)) * 9).decode()
REF = DocumentRef(tenant="default", document_id="guide.md")


def upsert(version: int, content: str = PAGE, **fields: Any) -> DocumentChanged:
    return DocumentChanged(document_id="guide.md", version=version, content=content, **fields)


def delete(version: int, **fields: Any) -> DocumentChanged:
    return DocumentChanged(
        document_id="guide.md", version=version, operation=Operation.DELETE, **fields
    )


def access(version: int, *groups: str) -> DocumentAccessChanged:
    return DocumentAccessChanged(document_id="guide.md", version=version, access=groups)


async def found(store: MemoryStore, *groups: str) -> list[str]:
    scope = Scope(tenant="default", groups=groups)
    return [hit.text for hit in await store.vector([1.0, 1.0], scope=scope, limit=50)]


async def test_an_upsert_is_indexed_with_counts_and_timings(
    stage: IngestorStage, store: MemoryStore
) -> None:
    status = await stage(upsert(3, title="The guide", url="https://x/guide", tags=("a",)))
    assert (status.status, status.version, status.change) == (Outcome.INDEXED, 3, "content")
    assert status.chunks == ChunkCounts(added=2)
    assert status.embeddings == EmbeddingCounts(computed=2)
    assert set(status.timings) == {"current", "fetch", "parse", "embed", "store"}
    assert set(status.timings.values()) == {1000.0}
    assert status.finished_at == datetime(2030, 1, 2, tzinfo=UTC)
    tagged = Scope(tenant="default", filters=Filters(tags=("a",)))
    [first, _] = await store.vector([1.0, 1.0], scope=tagged, limit=5)
    assert (first.title, first.url) == ("The guide", "https://x/guide")
    assert PAGE[first.start : first.end] == first.text


async def test_a_new_version_embeds_only_what_changed(stage: IngestorStage) -> None:
    await stage(upsert(1))
    status = await stage(upsert(2, PAGE.replace("Install.", "Install it twice.")))
    assert status.chunks == ChunkCounts(added=1, kept=1, removed=1)
    assert status.embeddings == EmbeddingCounts(computed=1, cached=1)


async def test_a_repeated_change_is_unchanged_and_embeds_nothing(
    stage: IngestorStage, embedder: Any
) -> None:
    await stage(upsert(1, access=("staff",)))
    status = await stage(upsert(1, access=("staff",)))
    assert status.status is Outcome.UNCHANGED
    assert status.chunks == ChunkCounts(kept=2)
    assert len(embedder.batches) == 1


async def test_what_is_embedded_of_a_chunk_is_derived_once(
    stage: IngestorStage, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = list[str]()

    def counted(*args: Any) -> str:
        derived.append(embedded_text(*args))
        return derived[-1]

    monkeypatch.setattr("ragline_ingestor.assembly.embedded_text", counted)
    await stage(upsert(1))

    assert len(derived) == len(set(derived)) == len(await found(store)) == 2


async def test_metadata_that_changed_under_the_same_version_is_indexed(
    stage: IngestorStage,
) -> None:
    await stage(upsert(1))
    assert (await stage(upsert(1, tags=("new",)))).status is Outcome.INDEXED


async def test_a_lower_version_is_superseded_and_reads_nothing(
    stage: IngestorStage, store: MemoryStore
) -> None:
    await stage(upsert(5))
    forbidden = DocumentChanged(document_id="guide.md", version=4, content_uri="http://10.0.0.1/")
    status = await stage(forbidden)
    assert status.status is Outcome.SUPERSEDED
    assert status.chunks == ChunkCounts()
    assert len(await found(store)) == 2


@pytest.mark.parametrize("again", [upsert(5), upsert(4), delete(4)])
async def test_an_event_that_needs_no_write_still_tidies_up_behind_its_earlier_delivery(
    stage: IngestorStage, store: MemoryStore, again: DocumentChanged, monkeypatch: Any
) -> None:
    await stage(upsert(5))
    settled = AsyncMock()
    monkeypatch.setattr(store, "settle", settled)
    await stage(again)
    settled.assert_awaited_once()


async def test_a_delete_removes_every_chunk(stage: IngestorStage, store: MemoryStore) -> None:
    await stage(upsert(1))
    status = await stage(delete(2))
    assert (status.status, status.chunks) == (Outcome.DELETED, ChunkCounts(removed=2))
    assert await found(store) == []


async def test_deleting_an_unknown_document_leaves_a_tombstone(
    stage: IngestorStage, store: MemoryStore
) -> None:
    assert (await stage(delete(2))).status is Outcome.DELETED
    assert (await stage(upsert(1))).status is Outcome.SUPERSEDED
    assert await found(store) == []


async def test_a_repeated_upsert_does_not_bring_back_what_was_deleted_at_its_version(
    stage: IngestorStage, store: MemoryStore
) -> None:
    await stage(upsert(1))
    await stage(delete(1))
    assert (await stage(upsert(1))).status is Outcome.SUPERSEDED
    assert await found(store) == []


async def test_a_repeated_delete_deletes_again(stage: IngestorStage) -> None:
    await stage(delete(1))
    assert (await stage(delete(1))).status is Outcome.DELETED


async def test_an_access_change_embeds_nothing(
    stage: IngestorStage, store: MemoryStore, embedder: Any
) -> None:
    await stage(upsert(1))
    embedder.batches.clear()
    status = await stage(access(2, "staff"))
    assert (status.status, status.change) == (Outcome.INDEXED, "access")
    assert embedder.batches == []
    assert await found(store) == []
    assert len(await found(store, "staff")) == 2


async def test_an_older_access_change_is_superseded(stage: IngestorStage) -> None:
    await stage(access(3, "staff"))
    assert (await stage(access(2))).status is Outcome.SUPERSEDED


async def test_every_order_of_arrival_ends_in_the_same_access(
    make_stage: Callable[[MemoryStore], IngestorStage],
) -> None:
    changes: list[DocumentChanged | DocumentAccessChanged] = [
        upsert(1, access=("old",)),
        access(2, "staff"),
        upsert(3, access=("board",)),
        upsert(4),
    ]
    for order in permutations(changes):
        store = MemoryStore(fingerprint="fake@1", dimensions=2)
        stage = make_stage(store)
        for change in order:
            await stage(change)
        stored = await store.current(REF)
        assert stored is not None
        assert (stored.version, stored.access) == (4, ("board",)), order


async def test_a_delete_hands_on_the_access_that_it_states(
    stage: IngestorStage, store: MemoryStore
) -> None:
    await stage(delete(1, access=("staff",)))
    await stage(upsert(2))
    assert await found(store) == []
    assert len(await found(store, "staff")) == 2


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        ("", {}, "empty_document"),
        ("%PDF-1.7 cut off", {"media_type": "application/pdf"}, "corrupt_pdf"),
        ("x", {"media_type": "image/png"}, "unsupported_media_type"),
        ("x" * 200_000, {}, "too_large"),
        (
            base64.b64encode(bytes(range(256)) * 9).decode(),
            {"content_encoding": "base64"},
            "not_text",
        ),
    ],
    ids=["0 bytes", "corrupt pdf", "picture", "too large", "binary named .md"],
)
async def test_bad_content_is_refused_and_the_last_version_stays(
    stage: IngestorStage, store: MemoryStore, content: str, fields: dict[str, str], code: str
) -> None:
    await stage(upsert(1))
    with pytest.raises(InvalidDocument) as caught:
        await stage(upsert(2, content, **fields))
    assert caught.value.code == code
    assert len(await found(store)) == 2


async def test_emoji_right_to_left_text_and_control_characters_are_indexed(
    stage: IngestorStage, store: MemoryStore
) -> None:
    await stage(upsert(1, "# 👩‍👩‍👧 שלום\n\nمرحبا\x00 بالعالم\x07 👍🏽\n"))
    assert await found(store) == ["مرحبا بالعالم 👍🏽"]


async def test_a_broken_store_is_transient(
    make_stage: Callable[[Any], IngestorStage],
) -> None:
    class Broken:
        async def current(self, ref: DocumentRef) -> None:
            raise Unavailable("down")

    with pytest.raises(TransientError):
        await make_stage(Broken())(upsert(1))


async def test_statuses_survive_the_wire(stage: IngestorStage) -> None:
    status = await stage(upsert(1))
    assert DocumentStatus.model_validate_json(status.to_json()) == status


class Scans:
    """A lane that remembers what was queued, and reads one more chunk of text than without OCR."""

    def __init__(self, failure: InvalidDocument | None = None) -> None:
        self.queued: list[DocumentScanned] = []
        self._failure = failure

    async def publish(self, event: DocumentScanned) -> None:
        self.queued.append(event)

    async def prepare(self, content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
        if self._failure is not None:
            raise self._failure
        more = replace(content, data=content.data + b"\n## Scan\n\n" + SENTENCES.encode())
        return await prepare(more, names=names, tenant=tenant)


async def scanned(content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
    prepared = await prepare(content, names=names, tenant=tenant)
    return replace(prepared, scanned=True, warnings=("page 2 waits for OCR",))


async def only_scans(content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
    raise InvalidDocument("nothing but pictures", code=ONLY_SCANS)


async def test_scanned_pages_follow_in_a_lane_of_their_own(
    make_stage: MakeStage, store: MemoryStore
) -> None:
    scans = Scans()
    lane = OcrLane(prepare=scans.prepare, publish=scans.publish)
    stage = make_stage(store, prepare=scanned, ocr=lane)
    first = await stage(upsert(3))
    assert (first.status, first.warnings) == (Outcome.INDEXED, ("page 2 waits for OCR",))
    [queued] = scans.queued
    second = await stage(queued)
    assert (second.status, second.version, second.warnings) == (Outcome.INDEXED, 3, ())
    assert second.chunks.added
    assert len(await found(store)) == 3


async def test_reading_a_change_again_does_not_undo_ocr(
    make_stage: MakeStage, store: MemoryStore
) -> None:
    scans = Scans()
    lane = OcrLane(prepare=scans.prepare, publish=scans.publish)
    stage = make_stage(store, prepare=scanned, ocr=lane)
    await stage(upsert(3))
    again = await stage(upsert(3))
    assert (again.status, len(scans.queued)) == (Outcome.UNCHANGED, 2)  # it may have been lost
    await stage(scans.queued[0])
    after = await stage(upsert(3))
    assert (after.status, len(scans.queued), len(await found(store))) == (Outcome.UNCHANGED, 2, 3)


async def test_a_later_version_wins_over_ocr(make_stage: MakeStage, store: MemoryStore) -> None:
    scans = Scans()
    lane = OcrLane(prepare=scans.prepare, publish=scans.publish)
    stage = make_stage(store, prepare=scanned, ocr=lane)
    await stage(upsert(3))
    await stage(delete(4))
    assert (await stage(scans.queued[0])).status is Outcome.SUPERSEDED
    assert await found(store) == []


async def test_a_document_of_scans_alone_waits_for_ocr(
    make_stage: MakeStage, store: MemoryStore
) -> None:
    scans = Scans()
    lane = OcrLane(prepare=scans.prepare, publish=scans.publish)
    stage = make_stage(store, prepare=only_scans, ocr=lane)
    status = await stage(upsert(3))
    assert (status.status, len(status.warnings), await found(store)) == (Outcome.UNCHANGED, 1, [])
    assert (await stage(scans.queued[0])).status is Outcome.INDEXED


async def test_without_ocr_a_document_of_scans_alone_is_refused(
    make_stage: MakeStage, store: MemoryStore
) -> None:
    with pytest.raises(InvalidDocument):
        await make_stage(store, prepare=only_scans)(upsert(3))


async def test_what_ocr_cannot_read_is_a_warning(make_stage: MakeStage, store: MemoryStore) -> None:
    scans = Scans(InvalidDocument("too long", code="parse_timeout"))
    lane = OcrLane(prepare=scans.prepare, publish=scans.publish)
    stage = make_stage(store, prepare=scanned, ocr=lane)
    await stage(upsert(3))
    status = await stage(scans.queued[0])
    assert status.status is Outcome.UNCHANGED
    assert status.warnings == ("its scanned pages could not be read by OCR: too long",)
    assert len(await found(store)) == 2
