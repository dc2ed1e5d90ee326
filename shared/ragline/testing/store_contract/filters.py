"""Filters: hard limits that are part of every search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from ragline.adapters.stores.opening import Store
from ragline.contracts.queries import Filters
from ragline.testing.store_contract.builders import (
    StoreCase,
    chunks,
    document,
    documents_seen,
    embedding,
    scope,
)

JUNE = datetime(2025, 6, 1, tzinfo=UTC)

EXPECTED = [
    (Filters(), {"a", "b", "c", "d"}),
    (Filters(tags=("howto",)), {"a", "b"}),
    (Filters(tags=("Raft", "ref")), {"a", "c"}),
    (Filters(tags=("raft",)), set()),
    (Filters(tags=("how",)), set()),
    (Filters(media_types=("text/html", "text/markdown")), {"a", "b"}),
    (Filters(languages=("en",)), {"b", "d"}),
    (Filters(document_ids=("a", "d", "nowhere")), {"a", "d"}),
    (Filters(document_ids=("nowhere",)), set()),
    (Filters(updated_from=JUNE), {"c", "d"}),
    (Filters(updated_to=JUNE), {"c"}),
    (Filters(updated_from=JUNE + timedelta(microseconds=1)), {"d"}),
    (Filters(updated_to=JUNE - timedelta(microseconds=1)), set()),
    (Filters(updated_to=JUNE.astimezone(timezone(timedelta(hours=9)))), {"c"}),
    (Filters(tags=("howto",), languages=("en",)), {"b"}),
    (Filters(tags=("howto",), languages=("de",)), set()),
]


class FilterContract(StoreCase):
    """Tags, media types, languages, documents and dates; each alone and together."""

    async def seed(self, store: Store) -> None:
        """Store four documents that differ in every fact."""
        await store.upsert(document("a", tags=("howto", "Raft"), media_type="text/markdown"))
        await store.upsert(document("b", tags=("howto",), media_type="text/html", language="en"))
        await store.upsert(document("c", tags=("ref",), language="de", updated_at=JUNE))
        await store.upsert(document("d", language="en", updated_at=JUNE + timedelta(days=1)))

    async def test_filters_limit_every_search(self, store: Store) -> None:
        await self.seed(store)
        for filters, expected in EXPECTED:
            assert await documents_seen(store, scope(filters=filters)) == expected, filters

    async def test_a_filter_never_widens_access(self, store: Store) -> None:
        await store.upsert(document("secret", access=("staff",)))
        wanted = Filters(document_ids=("secret",))
        assert await documents_seen(store, scope(filters=wanted)) == set()
        assert await documents_seen(store, scope(("staff",), wanted)) == {"secret"}

    async def test_a_new_version_is_filtered_by_its_own_facts(self, store: Store) -> None:
        await store.upsert(document(version=1, tags=("old",)))
        await store.upsert(document(version=2, tags=("new",)))
        assert await documents_seen(store, scope(filters=Filters(tags=("old",)))) == set()
        assert await documents_seen(store, scope(filters=Filters(tags=("new",)))) == {"guide"}

    async def test_a_rare_match_is_found_behind_many_nearer_chunks(self, store: Store) -> None:
        crowd = chunks([f"near {n}" for n in range(400)])
        await store.upsert(document("crowd", texts=[chunk.text for chunk in crowd]))
        await store.upsert(document("rare", texts=["far"], tags=("rare",)))
        hits = await store.vector(
            embedding("near 7"), scope=scope(filters=Filters(tags=("rare",))), limit=10
        )
        assert [hit.document_id for hit in hits] == ["rare"]
