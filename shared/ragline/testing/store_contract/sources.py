"""Sources: the current version, whole and exact, for those who may read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, product

import pytest

from ragline.adapters.stores.opening import SourceReader, Store
from ragline.ports.sources import SourcePart, SourceText, without_overlap
from ragline.ports.store import EmbeddedChunk, IndexedDocument
from ragline.testing.store_contract.builders import (
    COMMON,
    TENANT,
    OpenReader,
    OpenStore,
    StoreCase,
    document,
    embedding,
    ref,
)
from ragline.testing.store_contract.hostile import HOSTILE

PROSE = "".join(f"Sentence {n} of the guide: naïve 日本 👩‍👩‍👧‍👦 e\u0301.\n" for n in range(80))
_VERSIONS = 8


def overlapping(text: str, *, size: int, overlap: int) -> list[EmbeddedChunk]:
    """Return chunks of `text`; each repeats the end of the one before it."""
    return [
        EmbeddedChunk(
            ordinal=ordinal,
            text=text[start : start + size],
            start=start,
            end=min(start + size, len(text)),
            heading_path=("Guide", f"Part {ordinal}"),
            content_hash=f"hash of {ordinal}",
            embedding=embedding(str(start)),
        )
        for ordinal, start in enumerate(range(0, len(text) - overlap, size - overlap))
    ]


def parts(stored: IndexedDocument) -> tuple[SourcePart, ...]:
    """Return the parts that a reader must get for the document's chunks."""
    return tuple(
        SourcePart(start=c.start, end=c.end, text=c.text, heading_path=c.heading_path)
        for c in stored.chunks
    )


async def read(
    reader: SourceReader, *groups: str, document_id: str = "guide", tenant: str = TENANT
) -> SourceText | None:
    """Open a document as a reader with `groups`."""
    return await reader.read(ref(document_id, tenant), groups=groups)


async def version(reader: SourceReader, *groups: str) -> int | None:
    """Return which version of the document a reader with `groups` gets."""
    source = await read(reader, *groups)
    return source.version if source else None


class SourceContract(StoreCase):
    """A `DocumentReader` returns what was stored."""

    @pytest.fixture
    async def reader(self, open_reader: OpenReader) -> AsyncIterator[SourceReader]:
        """The collection under test, open for reading sources."""
        async with open_reader() as reader:
            yield reader

    async def test_a_source_is_what_was_stored(self, store: Store, reader: SourceReader) -> None:
        stored = document(
            version=2**62 + 1,
            tags=("b", "a"),
            title="The guide",
            url="https://example.org/guide",
            media_type="text/x-unheard-of",
            language="de",
            updated_at=datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC),
        )
        await store.upsert(replace(stored, chunks=overlapping(PROSE, size=800, overlap=100)))
        source = await read(reader)
        assert source is not None
        assert replace(source, parts=()) == SourceText(
            version=stored.version,
            title=stored.title,
            url=stored.url,
            media_type=stored.media_type,
            language=stored.language,
            tags=stored.tags,
            updated_at=stored.updated_at,
            parts=(),
        )

    async def test_what_a_document_does_not_state_is_empty(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(replace(document(texts=["x"]), tags=()))
        assert await read(reader) == SourceText(
            version=1,
            title="",
            url=None,
            media_type="text/plain",
            language=None,
            tags=(),
            updated_at=None,
            parts=(SourcePart(start=0, end=12, text=f"{COMMON} x"),),
        )

    async def test_parts_are_exact_slices_in_order(
        self, store: Store, reader: SourceReader
    ) -> None:
        stored = replace(document(), chunks=overlapping(PROSE, size=800, overlap=100))
        await store.upsert(stored)
        source = await read(reader)
        assert source is not None
        assert source.parts == parts(stored)
        assert all(PROSE[part.start : part.end] == part.text for part in source.parts)
        assert "".join(part.text for part in without_overlap(source.parts)) == PROSE

    async def test_a_long_document_comes_whole_and_in_order(
        self, store: Store, reader: SourceReader
    ) -> None:
        stored = document(texts=[f"part {n}" for n in range(1_100)], access=("staff",))
        await store.upsert(stored)
        source = await read(reader, "staff")
        assert source is not None
        assert source.parts == parts(stored)

    async def test_every_reader_opens_the_open_ones_and_those_of_its_groups(
        self, store: Store, reader: SourceReader
    ) -> None:
        sets = [s for size in range(3) for s in combinations(("a", "b", "ab"), size)]
        for access in sets:
            await store.upsert(document("+".join(access) or "-", access=access, texts=["x"]))
        for access, groups in product(sets, sets):
            source = await read(reader, *groups, document_id="+".join(access) or "-")
            assert bool(source) is (not access or bool(set(access) & set(groups))), (access, groups)

    async def test_a_readers_groups_match_exactly(self, store: Store, reader: SourceReader) -> None:
        await store.upsert(document(access=("staff",)))
        for other in ("", "Staff", "staf", " staff", "staff core", "st*", "%", "open", *HOSTILE):
            assert await read(reader, other) is None, other
        assert await version(reader, "ops", "staff") == 1

    async def test_rights_are_in_force_when_they_are_set(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(document(version=1, texts=[str(n) for n in range(30)]))
        await store.set_access(ref(), version=2, access=("staff",))
        assert [await version(reader, *g) for g in ((), ("ops",), ("staff",))] == [None, None, 1]
        await store.set_access(ref(), version=3, access=("ops",))
        assert [await version(reader, *g) for g in ((), ("ops",), ("staff",))] == [None, 1, None]
        await store.set_access(ref(), version=4, access=())
        assert [await version(reader, *g) for g in ((), ("ops",), ("staff",))] == [1, 1, 1]

    async def test_who_may_know_of_a_document_is_told_without_its_text(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(document("open"))
        await store.upsert(document("staff", access=("staff", "ops")))
        await store.upsert(document("empty", texts=[], access=("staff",)))
        await store.upsert(document("deleted", access=("staff",)))
        await store.delete(ref("deleted"), version=2)
        await store.set_access(ref("announced"), version=1, access=("staff",))
        await store.upsert(document("hers", tenant="Globex_1"))
        asked = ["open", "staff", "empty", "deleted", "announced", "hers", "none", *HOSTILE]

        for groups, permitted in (
            ((), {"open"}),
            (("eng", *HOSTILE), {"open"}),
            (("ops",), {"open", "staff"}),
            (("eng", "staff"), {"open", "staff", "empty", "deleted", "announced"}),
        ):
            assert await reader.permitted(TENANT, asked, groups=groups) == permitted, groups
        assert await reader.permitted("Globex_1", asked, groups=()) == {"hers"}
        assert await reader.permitted(TENANT, [], groups=("staff",)) == frozenset()
        for tenant in ("nobody", "", "no/such tenant", "*", "a\0b"):
            assert await reader.permitted(tenant, asked, groups=("staff",)) == frozenset(), tenant

    async def test_the_newest_version_takes_the_place_of_the_one_before(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(document(version=1, texts=["a", "b", "c"], title="old", tags=("old",)))
        newer = document(version=3, texts=["d", "e"], title="new", language="fr")
        await store.upsert(newer)
        await store.upsert(document(version=2, texts=["late"]))
        source = await read(reader)
        assert source is not None
        assert (source.version, source.title, source.tags) == (3, "new", (COMMON,))
        assert source.parts == parts(newer)

    async def test_a_deleted_document_is_gone_until_a_newer_version_comes(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(document(version=1))
        await store.delete(ref(), version=3)
        assert await read(reader) is None
        await store.upsert(document(version=2))
        assert await read(reader) is None
        await store.upsert(document(version=4))
        assert await version(reader) == 4

    async def test_what_nobody_stored_is_none(self, store: Store, reader: SourceReader) -> None:
        await store.upsert(document())
        await store.set_access(ref("announced"), version=1, access=("staff",))
        for document_id in ("nothing", "Guide", "guid", "guide ", "announced", *HOSTILE):
            assert await read(reader, "staff", document_id=document_id) is None, document_id

    async def test_a_version_without_chunks_is_none(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(document(version=1))
        await store.upsert(document(version=2, texts=[]))
        assert await read(reader) is None

    async def test_each_tenant_opens_its_own(self, store: Store, reader: SourceReader) -> None:
        await store.upsert(document(version=1, texts=["x"], tenant="acme"))
        await store.upsert(document(version=9, texts=["y"], tenant="Globex_1"))
        await store.upsert(document("hers", tenant="Globex_1"))
        sources = [await read(reader, tenant=tenant) for tenant in ("acme", "Globex_1")]
        assert [source.version for source in sources if source] == [1, 9]
        assert await read(reader, document_id="hers") is None
        for tenant in ("nobody", "Acme", "", "no/such tenant", "acme' OR '1'='1", "*", "a\0b"):
            assert await read(reader, tenant=tenant) is None, tenant

    async def test_hostile_content_comes_back_as_it_is(
        self, store: Store, reader: SourceReader
    ) -> None:
        for n, text in enumerate(HOSTILE):
            storable = text.replace("\0", "").replace("\ud800", "")
            stored = document(f"d{n}", texts=[storable], title=storable, headings=(storable,))
            await store.upsert(stored)
            source = await read(reader, document_id=f"d{n}")
            assert source is not None
            assert (source.title, source.parts) == (storable, parts(stored))

    async def test_a_reader_never_gets_a_mixture_and_never_an_older_version_again(
        self, store: Store, reader: SourceReader
    ) -> None:
        await store.upsert(_numbered(0))
        done = asyncio.Event()
        watching = asyncio.create_task(_watch(reader, done))
        try:
            for number in range(1, _VERSIONS + 1):
                await store.upsert(_numbered(number))
        finally:
            done.set()
        seen = await watching
        assert seen == sorted(seen)
        assert await version(reader) == _VERSIONS

    async def test_a_reader_that_came_before_the_collection_finds_what_comes(
        self, open_store: OpenStore, open_reader: OpenReader
    ) -> None:
        async with open_reader() as reader:
            await reader.ping()
            assert await read(reader, "staff") is None
            assert await reader.permitted(TENANT, ["guide"], groups=("staff",)) == frozenset()
            async with open_store() as store:
                assert await read(reader, "staff") is None
                await store.upsert(document())
                assert await version(reader, "staff") == 1


def _numbered(number: int) -> IndexedDocument:
    """Return a version whose number of chunks differs from that of its neighbours."""
    return document(
        version=number,
        texts=[f"v{number} part {n}" for n in range(20 + number % 3)],
        title=f"v{number}",
    )


async def _watch(reader: SourceReader, done: asyncio.Event) -> list[int]:
    """Read until `done`, check that each version is whole, and return the versions read."""
    versions: list[int] = []
    while not done.is_set():
        await asyncio.sleep(0)  # yield to the others: a store in memory never waits
        source = await read(reader)
        assert source is not None
        assert source.parts == parts(_numbered(source.version))
        assert source.title == f"v{source.version}"
        versions.append(source.version)
    return versions
