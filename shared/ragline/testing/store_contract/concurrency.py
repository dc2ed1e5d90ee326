"""Many writers and readers at the same time."""

from __future__ import annotations

import asyncio
import random

from ragline.adapters.stores.opening import Store
from ragline.contracts.queries import Candidate
from ragline.testing.store_contract.builders import (
    COMMON,
    OpenStore,
    StoreCase,
    document,
    embedding,
    ref,
    scope,
    seen,
)
from ragline.testing.store_contract.sequences import Change, apply, check, expected

_VERSIONS = 12
_CHUNKS = 3


class ConcurrencyContract(StoreCase):
    """The fence under contention; each writer has its own client."""

    async def test_readers_see_whole_single_versions_and_writers_converge(
        self, open_store: OpenStore, store: Store
    ) -> None:
        await store.upsert(document(version=0, texts=["x"] * _CHUNKS))
        done = asyncio.Event()
        reading = [asyncio.create_task(_watch(store, done)) for _ in range(2)]
        try:
            async with open_store() as second, open_store() as third:
                await asyncio.gather(*(_write(each) for each in (store, second, third)))
        finally:
            done.set()
        for reader in await asyncio.gather(*reading):
            assert reader == sorted(reader), "a reader went back to an older version"
        assert await seen(store) == [("guide", _VERSIONS, n) for n in range(_CHUNKS)]

    async def test_a_deleted_document_is_never_seen_again_while_late_writers_try(
        self, open_store: OpenStore, store: Store
    ) -> None:
        await store.upsert(document(version=5))
        await store.delete(ref(), version=9)

        async def late(writer: Store, version: int) -> None:
            await writer.upsert(document(version=version))

        async def watch() -> None:
            for _ in range(10):
                assert await seen(store) == []

        async with open_store() as other:
            writers = [late(w, v) for v in (4, 5, 6, 7, 8) for w in (store, other)]
            await asyncio.gather(watch(), *writers)
        assert await seen(store) == []

    async def test_access_events_and_content_at_once_end_in_the_highest_version(
        self, open_store: OpenStore, store: Store
    ) -> None:
        changes = [
            Change("upsert", 1, ("staff",)),
            Change("access", 2, ("ops",)),
            Change("upsert", 3),
            Change("access", 4, ("staff", "ops")),
            Change("access", 5, ("ops",)),
            Change("upsert", 6),
        ]
        chance = random.Random(7)
        async with open_store() as other:
            for _ in range(6):
                chance.shuffle(changes)
                await asyncio.gather(
                    *(apply(chance.choice((store, other)), change) for change in changes)
                )
                await check(store, expected(changes))
                changes = [Change(c.kind, c.version + 10, c.access) for c in changes]

    async def test_an_access_event_during_a_replacement_is_never_lost(
        self, open_store: OpenStore, store: Store
    ) -> None:
        async with open_store() as other:
            for round_ in range(1, 9):
                version = 2 * round_
                access = ("staff",) if round_ % 2 else ()
                await asyncio.gather(
                    store.upsert(document(version=version, texts=["x", "y"])),
                    other.set_access(ref(), version=version + 1, access=access),
                )
                visible = [("guide", version, 0), ("guide", version, 1)]
                assert await seen(store) == ([] if access else visible)
                assert await seen(store, scope(("staff",))) == visible


async def _write(store: Store) -> None:
    for version in range(1, _VERSIONS + 1):
        await store.upsert(document(version=version, texts=["x"] * _CHUNKS))


async def _watch(store: Store, done: asyncio.Event) -> list[int]:
    """Search until `done`; return the versions seen, one per search."""
    versions: list[int] = []
    while not done.is_set():
        await asyncio.sleep(0)  # yield to the others: a store in memory never waits
        found = [
            await store.vector(embedding(COMMON), scope=scope(), limit=20),
            await store.keyword(COMMON, scope=scope(), limit=20),
            await store.metadata([COMMON], scope=scope(), limit=20),
        ]
        versions += map(_one_whole_version, found)
    return versions


def _one_whole_version(hits: list[Candidate]) -> int:
    found = {hit.version for hit in hits}
    assert len(found) == 1, f"a reader saw versions {found}"
    assert sorted(hit.ordinal for hit in hits) == list(range(_CHUNKS))
    return found.pop()
