"""The version fence: correct in whatever order and however often events arrive."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ragline.adapters.stores.opening import Store
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate
from ragline.ports.store import StoredDocument, WriteResult
from ragline.testing.store_contract.builders import (
    COMMON,
    StoreCase,
    document,
    ref,
    scope,
    search_all,
    seen,
)

APPLIED, SUPERSEDED = WriteResult.APPLIED, WriteResult.SUPERSEDED


class VersionContract(StoreCase):
    """Upserts, deletes, and the current version."""

    async def test_nothing_is_current_of_an_unknown_document(self, store: Store) -> None:
        assert await store.current(ref()) is None

    async def test_a_document_is_found_with_everything_later_stages_need(
        self, store: Store
    ) -> None:
        updated = datetime(2025, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
        await store.upsert(
            document(
                "guides/quorum queues.md",
                7,
                ["Grüße 👋 \n\t– مرحبا"],
                title="Quorum queues",
                headings=("Queues", "Quorum"),
                tags=("ha", "Raft"),
                url="https://docs.test/q?a=1#b",
                language="de",
                attributes={"owner": "core"},
                updated_at=updated,
            )
        )
        for kind, hits in (await search_all(store, scope())).items():
            assert [hit.model_copy(update={"scores": {}}) for hit in hits] == [
                Candidate(
                    chunk_id="guides/quorum queues.md@7#0",
                    document_id="guides/quorum queues.md",
                    version=7,
                    ordinal=0,
                    title="Quorum queues",
                    heading_path=("Queues", "Quorum"),
                    url="https://docs.test/q?a=1#b",
                    text=f"{COMMON} Grüße 👋 \n\t– مرحبا",
                    start=0,
                    end=28,
                    updated_at=updated,
                )
            ], kind
            assert list(hits[0].scores) == [kind]

    async def test_what_is_left_out_comes_back_as_absent(self, store: Store) -> None:
        await store.upsert(document(texts=["x"]))
        for hits in (await search_all(store, scope())).values():
            assert (hits[0].url, hits[0].updated_at) == (None, None)
            assert (hits[0].title, hits[0].heading_path) == ("", ())

    async def test_current_tells_hashes_version_and_access(self, store: Store) -> None:
        stored = document(version=3, access=("staff",))
        await store.upsert(stored)
        assert await store.current(ref()) == StoredDocument(
            version=3,
            gone=False,
            content_hash=stored.content_hash,
            access_version=3,
            access=("staff",),
            chunk_hashes=tuple(chunk.content_hash for chunk in stored.chunks),
        )

    async def test_a_newer_version_replaces_every_chunk(self, store: Store) -> None:
        await store.upsert(document(version=1, texts=["a", "b", "c"]))
        assert await store.upsert(document(version=2, texts=["d"])) is APPLIED
        assert await seen(store) == [("guide", 2, 0)]

    async def test_an_older_version_changes_nothing(self, store: Store) -> None:
        await store.upsert(document(version=2, texts=["new"]))
        before = await store.current(ref())
        assert await store.upsert(document(version=1, texts=["old", "older"])) is SUPERSEDED
        assert await seen(store) == [("guide", 2, 0)]
        assert await store.current(ref()) == before

    async def test_the_same_version_again_is_applied_anew(self, store: Store) -> None:
        await store.upsert(document(version=2, texts=["a", "b", "c"]))
        assert await store.upsert(document(version=2, texts=["a", "d"])) is APPLIED
        assert await seen(store) == [("guide", 2, 0), ("guide", 2, 1)]
        hits = await store.keyword("d", scope=scope(), limit=5)
        assert [hit.text for hit in hits] == [f"{COMMON} d"]

    async def test_a_deleted_document_is_not_found_and_leaves_a_tombstone(
        self, store: Store
    ) -> None:
        await store.upsert(document(version=1))
        assert await store.delete(ref(), version=2) is APPLIED
        assert await seen(store) == []
        assert await store.current(ref()) == StoredDocument(
            version=2, gone=True, content_hash=None, access_version=-1, access=()
        )

    async def test_deleting_twice_is_applied_anew(self, store: Store) -> None:
        await store.upsert(document(version=1))
        assert [await store.delete(ref(), version=2) for _ in range(2)] == [APPLIED, APPLIED]

    @pytest.mark.parametrize("late", [1, 2])
    async def test_a_late_upsert_never_brings_a_deleted_document_back(
        self, store: Store, late: int
    ) -> None:
        await store.upsert(document(version=1))
        await store.delete(ref(), version=2)
        assert await store.upsert(document(version=late)) is SUPERSEDED
        assert await seen(store) == []

    async def test_a_delete_that_comes_first_keeps_the_document_out(self, store: Store) -> None:
        assert await store.delete(ref(), version=5) is APPLIED
        assert await store.upsert(document(version=4)) is SUPERSEDED
        assert await seen(store) == []

    async def test_a_late_delete_does_not_remove_a_newer_version(self, store: Store) -> None:
        await store.upsert(document(version=3, texts=["x"]))
        assert await store.delete(ref(), version=2) is SUPERSEDED
        assert await seen(store) == [("guide", 3, 0)]

    async def test_a_delete_of_the_stored_version_removes_it(self, store: Store) -> None:
        await store.upsert(document(version=3))
        assert await store.delete(ref(), version=3) is APPLIED
        assert await seen(store) == []

    async def test_a_newer_version_revives_a_deleted_document(self, store: Store) -> None:
        await store.delete(ref(), version=2)
        assert await store.upsert(document(version=3, texts=["x"])) is APPLIED
        assert await seen(store) == [("guide", 3, 0)]

    async def test_versions_differ_over_the_whole_64_bit_range(self, store: Store) -> None:
        for version in (0, 2**53, 2**53 + 1, 2**63 - 2, 2**63 - 1):
            assert await store.upsert(document(version=version, texts=["x"])) is APPLIED
            assert await seen(store) == [("guide", version, 0)]
        assert await store.upsert(document(version=2**63 - 2)) is SUPERSEDED
        assert await store.delete(ref(), version=2**63 - 2) is SUPERSEDED

    async def test_a_document_without_chunks_is_current_but_not_found(self, store: Store) -> None:
        await store.upsert(document(version=1))
        assert await store.upsert(document(version=2, texts=[])) is APPLIED
        assert await seen(store) == []
        stored = await store.current(ref())
        assert stored is not None
        assert (stored.version, stored.gone, stored.chunk_hashes) == (2, False, ())

    async def test_a_long_document_is_replaced_and_removed_whole(self, store: Store) -> None:
        await store.upsert(document(version=1, texts=[f"part {n}" for n in range(1_100)]))
        hits = await store.vector(document().chunks[0].embedding, scope=scope(), limit=500)
        assert len({hit.ordinal for hit in hits}) == 500
        await store.upsert(document(version=2, texts=["short"]))
        assert await seen(store) == [("guide", 2, 0)]
        await store.delete(ref(), version=3)
        assert await store.keyword("part short", scope=scope(), limit=5) == []

    async def test_documents_do_not_touch_each_other(self, store: Store) -> None:
        await store.upsert(document("a", 1, ["x"]))
        await store.upsert(document("b", 5, ["x"]))
        await store.delete(ref("a"), version=2)
        assert await seen(store) == [("b", 5, 0)]

    async def test_searches_are_marked_with_their_kind(self, store: Store) -> None:
        await store.upsert(document(texts=["x"]))
        found = await search_all(store, scope())
        assert {kind: list(hits[0].scores) for kind, hits in found.items()} == {
            kind: [kind] for kind in SearchKind
        }
