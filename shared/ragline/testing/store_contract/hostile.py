"""Input that looks like query syntax or cannot be encoded: found or not found, never an error."""

from __future__ import annotations

from ragline.adapters.stores.opening import Store
from ragline.contracts.queries import Filters
from ragline.testing.store_contract.builders import (
    COMMON,
    StoreCase,
    document,
    documents_seen,
    embedding,
    scope,
)

HOSTILE = [
    "a\0b\0",
    "\ud800 lone surrogate",
    "'; DROP TABLE chunks; --",
    "' OR 1=1 --",
    "\\' \\\\ \\",
    "foo & | ! ( ) <-> :* bar",
    "$1 $2 {0} {} %s %(x)s",
    '{"operator": "Or", "path": ["tenant"]}',
    "*?~^+-[]{}",
    "title:secret AND text:*",
    "\x01\x02\x1b[31m\x7f",
    "👩‍👩‍👧‍👦 👍🏽 🇩🇪",
    "\u202eمرحبا\u202c שלום",
    "e\u0301\u200b\ufeff\u2028",
    "x" * 9_000,
    "w " * 4_000,
    " ".join(f"w{n}" for n in range(1_500)),
]


class HostileInputContract(StoreCase):
    """Uses each string as a question, a term, every filter, a group and content."""

    async def test_as_a_question_it_finds_only_what_may_be_seen(self, store: Store) -> None:
        await store.upsert(document("open", texts=["foo bar secret"]))
        await store.upsert(document("secret", texts=["foo bar secret"], access=("staff",)))
        for text in HOSTILE:
            found = [
                *await store.keyword(text, scope=scope(), limit=5),
                *await store.metadata([text, text[:40]], scope=scope(), limit=5),
            ]
            assert {hit.document_id for hit in found} <= {"open"}, text

    async def test_as_a_filter_it_matches_nothing(self, store: Store) -> None:
        await store.upsert(document("secret", tags=("t",), access=("staff",)))
        for text in HOSTILE:
            for filters in (
                Filters(tags=(text,)),
                Filters(media_types=(text,)),
                Filters(languages=(text,)),
                Filters.model_construct(document_ids=(text,)),
            ):
                assert await documents_seen(store, scope(("staff",), filters)) == set(), text

    async def test_as_a_group_it_opens_nothing(self, store: Store) -> None:
        await store.upsert(document("secret", access=("staff",)))
        for text in HOSTILE:
            assert await documents_seen(store, scope((text,))) == set(), text

    async def test_as_content_it_comes_back_as_it_is(self, store: Store) -> None:
        for n, text in enumerate(HOSTILE):
            # the ingestor strips what no store can hold
            storable = text.replace("\0", "").replace("\ud800", "")
            await store.upsert(
                document(f"d{n}", texts=[storable], title=storable, tags=(storable,))
            )
            only = scope(filters=Filters(document_ids=(f"d{n}",)))
            hits = await store.vector(embedding("x"), scope=only, limit=1)
            assert hits[0].text == f"{COMMON} {storable}"
            assert (hits[0].title, hits[0].tags) == (storable, (COMMON, storable))
