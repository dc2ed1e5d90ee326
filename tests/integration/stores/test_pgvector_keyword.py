"""Keyword search of PostgreSQL is exact, whatever it does not read, and however it is merged."""

import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
from asyncpg import Connection

from ragline.adapters.stores.analysis import query_terms
from ragline.adapters.stores.opening import Store, open_store
from ragline.adapters.stores.pgvector import postings, schema, search, term_postings
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, Filters
from ragline.ports.store import IndexedDocument, Scope
from ragline.settings import VectorStoreSettings
from ragline.testing.store import MemoryStore
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    TENANT,
    document,
    ref,
    scope,
)

# from a word in nearly every chunk to words in a few
WORDS = [f"w{rank}x" for rank in range(30)]
CHANCE = [1 / (1 + rank) for rank in range(30)]
SCOPES = [
    scope(),
    scope(("staff",)),
    scope(filters=Filters(tags=("even",))),
    scope(("staff",), Filters(document_ids=("d1", "d2"))),
    scope(tenant="other"),
    scope(tenant="nobody"),
]


def opened(settings: VectorStoreSettings) -> AbstractAsyncContextManager[Store]:
    return open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


@asynccontextmanager
async def connected(settings: VectorStoreSettings) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(
        settings.url.get_secret_value(),
        server_settings={"search_path": f'"{settings.collection}", public'},
    )
    try:
        yield connection
    finally:
        await connection.close()


def made(chance: random.Random, number: int, version: int) -> IndexedDocument:
    texts = [
        " ".join(
            word
            for word, often in zip(WORDS, CHANCE, strict=True)
            for _ in range(chance.choice([1, 1, 3]))
            if chance.random() < often
        )
        for _ in range(chance.randint(1, 6))
    ]
    return document(
        f"d{number}",
        version,
        texts,
        tenant="other" if number % 7 == 6 else TENANT,
        tags=("even",) if number % 2 == 0 else (),
        title=chance.choice(["", WORDS[3], WORDS[20]]),
        access=("staff",) if number % 5 == 4 else (),
    )


def question(chance: random.Random) -> str:
    return " ".join(chance.sample(WORDS, chance.randint(1, 8)))


def summary(hits: list[Candidate]) -> list[tuple[str, float]]:
    return [(hit.chunk_id, hit.scores[SearchKind.KEYWORD]) for hit in hits]


async def write(stores: list[Store], chance: random.Random, rounds: int) -> None:
    for version in range(rounds):
        for number in range(25):
            each = made(chance, number, version)
            if chance.random() < 0.15:
                for store in stores:
                    await store.delete(each.ref, version=version)
            elif chance.random() < 0.6:
                for store in stores:
                    await store.upsert(each)


async def in_whole(connection: Connection, text: str, within: Scope) -> list[Candidate]:
    """The search without pruning: everything is ranked, then looked up."""
    terms = query_terms(text)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await term_postings.term_postings(connection, within.tenant, terms)
        ranked = await found.best(found.most + 1)
        rows = await search._looked_up(connection, ranked, within, 1_000)
    return [search._candidate(row, SearchKind.KEYWORD) for row in rows]


@pytest.mark.parametrize("merged_from", [1, 40, 4_096])
async def test_the_best_are_those_of_scoring_everything(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch, merged_from: int
) -> None:
    monkeypatch.setattr(postings, "MERGED_FROM", merged_from)
    monkeypatch.setattr(term_postings, "_READ_AT_ONCE", 1)
    chance = random.Random(merged_from)
    memory = MemoryStore(fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as connection:
        await write([store, memory], chance, rounds=4)
        for _ in range(40):
            text, within, limit = question(chance), chance.choice(SCOPES), chance.randint(1, 12)
            hits = summary(await store.keyword(text, scope=within, limit=limit))
            whole = summary(await in_whole(connection, text, within))
            assert hits == whole[:limit]
            expected = dict(summary(await memory.keyword(text, scope=within, limit=1_000)))
            assert dict(whole) == pytest.approx(expected)
        fresh = await connection.fetchval("SELECT count(*) FROM fresh_blocks")
        merged = await connection.fetchval("SELECT count(*) FROM posting_blocks")
        assert (merged > 0) == (merged_from < 4_096)
        assert (fresh == 0) == (merged_from == 1)
        await counts_agree(connection)


async def counts_agree(connection: Connection) -> None:
    """Every posting is of a stored chunk, and totals say how many are fresh."""
    for table in ("fresh_blocks", "posting_blocks"):
        rows = await connection.fetch(f"TABLE {table}")
        ids = {row["id"] for row in await connection.fetch("SELECT id FROM chunks")}
        for row in rows:
            places = [
                int.from_bytes(row["places"][n : n + 2]) for n in range(0, 2 * row["count"], 2)
            ]
            assert len(row["places"]) == 2 * row["count"]
            assert {(row["bucket"] << 16) + place for place in places} <= ids
    for row in await connection.fetch("SELECT tenant, fresh FROM totals"):
        fresh = await connection.fetchval(
            "SELECT count(*) FROM chunks JOIN documents USING (tenant, document_id) "
            "WHERE tenant = $1 AND fresh",
            row["tenant"],
        )
        assert fresh == row["fresh"]


async def test_deleting_leaves_no_word_among_merged_postings(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "MERGED_FROM", 1)
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as connection:
        await store.upsert(document("kept", texts=["kept"]))
        await store.upsert(document(texts=["secret"], title="secret"))
        await store.delete(ref(), version=2)
        terms = [row["term"] for row in await connection.fetch("SELECT term FROM posting_blocks")]
        assert "kept" in terms
        assert "secret" not in terms
        hits = await store.keyword("ubiquitous", scope=scope(), limit=5)
        assert [hit.document_id for hit in hits] == ["kept"]


async def test_a_document_that_is_being_written_is_not_merged(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as writer:
        await store.upsert(document("busy"))
        await store.upsert(document("quiet"))
        async with writer.transaction():
            await writer.execute("SELECT FROM documents WHERE document_id = 'busy' FOR UPDATE")
            monkeypatch.setattr(postings, "MERGED_FROM", 1)
            await store.upsert(document("third"))
        async with connected(pgvector_settings) as connection:
            fresh = await connection.fetch("SELECT document_id FROM documents WHERE fresh")
            assert [row["document_id"] for row in fresh] == ["busy"]
            await counts_agree(connection)
        hits = await store.keyword("ubiquitous", scope=scope(), limit=50)
        assert {hit.document_id for hit in hits} == {"busy", "quiet", "third"}


_EARLIER = """
CREATE TABLE postings (
    tenant text NOT NULL,
    term text NOT NULL,
    chunk_id bigint NOT NULL,
    frequency integer NOT NULL,
    length integer NOT NULL,
    PRIMARY KEY (tenant, term, chunk_id) INCLUDE (frequency, length)
);
"""


async def test_a_collection_of_the_earlier_layout_is_packed_when_it_is_opened(
    pgvector_settings: VectorStoreSettings,
) -> None:
    chance = random.Random(7)
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as connection:
        await write([store], chance, rounds=2)
        asked = [(question(chance), each) for each in SCOPES for _ in range(4)]
        before = [summary(await store.keyword(text, scope=s, limit=50)) for text, s in asked]
        await unpack(connection)
    async with opened(pgvector_settings) as store, connected(pgvector_settings) as connection:
        assert not await schema.has_single_postings(connection, pgvector_settings.collection)
        after = [summary(await store.keyword(text, scope=s, limit=50)) for text, s in asked]
        assert after == before
        await counts_agree(connection)
        changed = replace(document("d1", 99, ["new"]))
        await store.upsert(changed)
        assert await store.keyword("new", scope=scope(), limit=5)
        await counts_agree(connection)


async def unpack(connection: Connection) -> None:
    """Bring the tables into the earlier layout."""
    await connection.execute(_EARLIER)
    for row in await connection.fetch("SELECT * FROM fresh_blocks"):
        numbers = [
            [int.from_bytes(row[column][n : n + 2]) for n in range(0, 2 * row["count"], 2)]
            for column in ("places", "frequencies", "lengths")
        ]
        await connection.executemany(
            "INSERT INTO postings VALUES ($1, $2, $3, $4, $5)",
            [
                (row["tenant"], row["term"], (row["bucket"] << 16) + place, frequency, length)
                for place, frequency, length in zip(*numbers, strict=True)
            ],
        )
    await connection.execute(
        "DROP TABLE fresh_blocks, posting_blocks; ALTER TABLE documents DROP fresh; "
        "ALTER TABLE totals DROP fresh"
    )
