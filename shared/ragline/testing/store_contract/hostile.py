"""Input that looks like query syntax or cannot be encoded: found or not found, never an error."""

from __future__ import annotations

from ragline.adapters.stores.opening import Store
from ragline.contracts.bounds import CHUNK_CHARS, HEADING_CHARS, HEADINGS, TITLE_CHARS, clip
from ragline.contracts.queries import Filters
from ragline.testing.store_contract.builders import (
    COMMON,
    StoreCase,
    document,
    documents_seen,
    embedding,
    scope,
    search_all,
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
                # built without the contract, which refuses some of them at the door
                Filters.model_construct(tags=(text,)),
                Filters.model_construct(media_types=(text,)),
                Filters.model_construct(languages=(text,)),
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
            assert hits[0].title == clip(storable, TITLE_CHARS)
            tagged = scope(filters=Filters.model_construct(tags=(storable,)))
            assert f"d{n}" in await documents_seen(store, tagged)

    async def test_metadata_beyond_the_bounds_of_events_comes_back_clipped(
        self, store: Store
    ) -> None:
        """Nothing so long is written any more, but an index may hold it."""
        await store.upsert(
            document(
                "old",
                texts=["x" * (2 * CHUNK_CHARS)],
                title="t" * 50_000,
                headings=("h" * 50_000, *"abc" * HEADINGS),
                tags=("g" * 50_000,),
                url="https://docs.test/" + "u" * 50_000,
            )
        )
        for hits in (await search_all(store, scope())).values():
            (hit,) = hits
            assert (len(hit.title), hit.title[-2:]) == (TITLE_CHARS, "t…")
            assert (len(hit.heading_path), hit.heading_path[-1]) == (HEADINGS, "…")
            assert (len(hit.heading_path[0]), hit.heading_path[1]) == (HEADING_CHARS, "a")
            assert (hit.url, hit.tags) == (None, ())
            assert len(hit.text) == CHUNK_CHARS == hit.end - hit.start
            assert hit.shortened
