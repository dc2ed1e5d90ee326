"""Tenants: one tenant never sees, counts or writes another's data."""

from __future__ import annotations

from ragline.adapters.stores.opening import Store
from ragline.contracts.queries import Filters
from ragline.testing.store_contract.builders import (
    StoreCase,
    document,
    documents_seen,
    ref,
    scope,
    seen,
)


class TenantContract(StoreCase):
    """Isolation."""

    async def test_an_unknown_tenant_is_empty(self, store: Store) -> None:
        await store.upsert(document())
        for tenant in ("nobody", "Acme", "acme-2"):
            assert await seen(store, scope(tenant=tenant)) == [], tenant
            assert await store.current(ref(tenant=tenant)) is None, tenant

    async def test_a_tenant_that_cannot_exist_is_empty(self, store: Store) -> None:
        await store.upsert(document())
        for tenant in ("", "no/such tenant", "acme' OR '1'='1", "*", "a\0b"):
            assert await seen(store, scope(tenant=tenant)) == [], tenant

    async def test_one_document_id_in_two_tenants_is_two_documents(self, store: Store) -> None:
        await store.upsert(document(version=1, texts=["x"], tenant="acme"))
        await store.upsert(document(version=9, texts=["x"], tenant="Globex_1"))
        await store.delete(ref(tenant="acme"), version=2)
        assert await seen(store, scope(tenant="acme")) == []
        assert await seen(store, scope(tenant="Globex_1")) == [("guide", 9, 0)]

    async def test_a_group_of_another_tenant_opens_nothing(self, store: Store) -> None:
        await store.upsert(document("hers", access=("staff",), tenant="globex"))
        assert await documents_seen(store, scope(("staff", "globex"))) == set()

    async def test_another_tenants_document_cannot_be_named(self, store: Store) -> None:
        await store.upsert(document("mine"))
        await store.upsert(document("hers", tenant="globex"))
        for wanted in ("hers", "globex/hers", "hers' OR tenant='globex"):
            filters = Filters(document_ids=(wanted,))
            assert await documents_seen(store, scope(filters=filters)) == set()

    async def test_access_events_stay_in_their_tenant(self, store: Store) -> None:
        await store.upsert(document())
        await store.set_access(ref(tenant="globex"), version=9, access=("staff",))
        assert await documents_seen(store) == {"guide"}
