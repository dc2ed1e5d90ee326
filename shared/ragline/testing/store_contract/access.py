"""Who may read: enforced in every search, and correct in whatever order events arrive."""

from __future__ import annotations

from itertools import combinations, product

from ragline.adapters.stores.opening import Store
from ragline.ports.store import StoredDocument
from ragline.testing.store_contract.builders import (
    StoreCase,
    document,
    documents_seen,
    ref,
    scope,
    search_all,
    seen,
)
from ragline.testing.store_contract.versions import APPLIED, SUPERSEDED


async def readers(store: Store, *candidates: str) -> set[str]:
    """Return which of the groups see the document; `-` stands for a reader without groups."""
    return {
        group
        for group in ("-", *candidates)
        if await documents_seen(store, scope(() if group == "-" else (group,)))
    }


class AccessContract(StoreCase):
    """Groups stated by content and by access events."""

    async def test_a_document_that_states_no_access_is_open_to_its_tenant(
        self, store: Store
    ) -> None:
        await store.upsert(document())
        assert await readers(store, "staff") == {"-", "staff"}

    async def test_a_document_with_groups_needs_one_of_them(self, store: Store) -> None:
        await store.upsert(document(access=("staff", "ops")))
        assert await readers(store, "staff", "ops", "sales") == {"staff", "ops"}
        assert await documents_seen(store, scope(("sales", "ops"))) == {"guide"}

    async def test_empty_access_is_open(self, store: Store) -> None:
        await store.upsert(document(access=()))
        assert await readers(store, "staff") == {"-", "staff"}

    async def test_every_reader_sees_the_open_ones_and_those_of_its_groups(
        self, store: Store
    ) -> None:
        """All sets of three groups as access and as reader, in two tenants, with a small limit."""
        sets = [s for size in range(4) for s in combinations(("a", "b", "ab"), size)]
        for tenant, groups in product(("acme", "other"), sets):
            name = f"{tenant}:{'+'.join(groups)}"
            await store.upsert(document(name, tenant=tenant, texts=["one"], access=groups))
        for tenant, groups in product(("acme", "other"), sets):
            expected = {
                f"{tenant}:{'+'.join(access)}"
                for access in sets
                if not access or set(access) & set(groups)
            }
            within = scope(groups, tenant=tenant)
            assert await documents_seen(store, within) == expected
            # hidden documents, which match equally well, must not displace visible ones
            for kind, hits in (await search_all(store, within, limit=1)).items():
                assert len(hits) == 1, kind
                assert hits[0].document_id in expected, kind

    async def test_group_names_match_exactly(self, store: Store) -> None:
        await store.upsert(document(access=("staff",)))
        others = (
            "",
            "Staff",
            "staf",
            " staff",
            "staff ",
            "staff core",
            "st*",
            "%",
            "s_aff",
            "open",
        )
        for other in others:
            assert await documents_seen(store, scope((other,))) == set(), other

    async def test_group_names_may_hold_anything(self, store: Store) -> None:
        names = ("the", "a b", "{x}", "'", '"', "münchen", "日本", "x" * 256)
        await store.upsert(document(access=names))
        assert await readers(store, *names) == set(names)

    async def test_a_revocation_is_in_force_when_it_returns(self, store: Store) -> None:
        await store.upsert(document(version=1))
        assert await store.set_access(ref(), version=2, access=("staff",)) is APPLIED
        assert await readers(store, "staff", "ops") == {"staff"}

    async def test_a_grant_is_in_force_when_it_returns(self, store: Store) -> None:
        await store.upsert(
            document(version=1, access=("staff",), texts=[str(n) for n in range(30)])
        )
        assert await store.set_access(ref(), version=2, access=("ops",)) is APPLIED
        assert len(await seen(store, scope(("ops",)))) == 30
        assert await store.set_access(ref(), version=3, access=()) is APPLIED
        assert len(await seen(store, scope())) == 30

    async def test_an_access_event_before_the_document_holds_for_it(self, store: Store) -> None:
        assert await store.set_access(ref(), version=5, access=("staff",)) is APPLIED
        assert await store.current(ref()) == StoredDocument(
            version=-1,
            gone=False,
            content_hash=None,
            access_version=5,
            access_by_event=True,
            access=("staff",),
        )
        await store.upsert(document(version=4, access=("ops",)))
        assert await readers(store, "staff", "ops") == {"staff"}

    async def test_content_that_states_a_newer_access_wins(self, store: Store) -> None:
        await store.set_access(ref(), version=5, access=("staff",))
        await store.upsert(document(version=6, access=("ops",)))
        assert await readers(store, "staff", "ops") == {"ops"}

    async def test_an_older_access_event_changes_nothing(self, store: Store) -> None:
        await store.upsert(document(version=3, access=("staff",)))
        assert await store.set_access(ref(), version=2, access=("ops",)) is SUPERSEDED
        assert await readers(store, "staff", "ops") == {"staff"}

    async def test_content_without_access_keeps_what_was_stated(self, store: Store) -> None:
        await store.upsert(document(version=1, access=("staff",)))
        await store.upsert(document(version=2))
        await store.upsert(document(version=3))
        assert await readers(store, "staff") == {"staff"}
        stored = await store.current(ref())
        assert stored is not None
        assert (stored.version, stored.access_version) == (3, 1)

    async def test_superseded_content_still_states_its_access(self, store: Store) -> None:
        await store.upsert(document(version=7))
        assert await store.upsert(document(version=5, access=("staff",))) is SUPERSEDED
        assert await readers(store, "staff") == {"staff"}
        assert (await seen(store, scope(("staff",))))[0][1] == 7

    async def test_access_survives_deletion(self, store: Store) -> None:
        await store.upsert(document(version=1, access=("staff",)))
        await store.delete(ref(), version=2)
        await store.upsert(document(version=3))
        assert await readers(store, "staff") == {"staff"}

    async def test_at_one_version_the_access_event_stands(self, store: Store) -> None:
        await store.upsert(document(version=4, access=("staff",)))
        assert await store.set_access(ref(), version=4, access=("ops",)) is APPLIED
        assert await store.upsert(document(version=4, access=("staff",))) is APPLIED
        assert await readers(store, "staff", "ops") == {"ops"}

    async def test_an_access_event_again_is_applied_anew(self, store: Store) -> None:
        await store.upsert(document(version=1))
        for _ in range(2):
            assert await store.set_access(ref(), version=2, access=("staff",)) is APPLIED
        assert await readers(store, "staff") == {"staff"}

    async def test_access_of_a_deleted_document_brings_nothing_back(self, store: Store) -> None:
        await store.upsert(document(version=1))
        await store.delete(ref(), version=2)
        assert await store.set_access(ref(), version=3, access=()) is APPLIED
        assert await seen(store) == []
