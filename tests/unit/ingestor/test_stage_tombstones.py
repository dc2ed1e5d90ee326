"""A tombstone deletes what was published before it, however often records are delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragline.contracts.documents import DocumentChanged, DocumentTombstone, Outcome
from ragline.ports.store import Scope
from ragline.testing.store import MemoryStore
from ragline_ingestor.stage import IngestorStage

TEXT = "Queues hold messages until a consumer takes them."


def upsert(version: int) -> DocumentChanged:
    return DocumentChanged(document_id="guide.md", version=version, content=f"{TEXT} {version}")


def tombstone(version: int | None = None, *, published: int = 0) -> DocumentTombstone:
    return DocumentTombstone(
        tenant="default", document_id="guide.md", version=version, published=published
    )


async def versions(store: MemoryStore) -> set[int]:
    hits = await store.vector([1.0, 1.0], scope=Scope(tenant="default"), limit=50)
    return {hit.version for hit in hits}


async def test_it_deletes_the_version_that_is_there(
    stage: IngestorStage, store: MemoryStore
) -> None:
    await stage(upsert(4))
    status = await stage(tombstone())
    assert (status.status, status.version, status.chunks.removed) == (Outcome.DELETED, 4, 1)
    assert await versions(store) == set()
    assert (await stage(tombstone())).status is Outcome.DELETED
    assert (await stage(upsert(4))).status is Outcome.SUPERSEDED
    assert (await stage(upsert(5))).status is Outcome.INDEXED


async def test_of_a_document_that_nobody_knows_nothing_is_deleted(
    stage: IngestorStage, store: MemoryStore
) -> None:
    status = await stage(tombstone())
    assert (status.status, status.version) == (Outcome.DELETED, 0)
    assert (await stage(upsert(1))).status is Outcome.INDEXED


async def test_what_waits_on_a_retry_topic_does_not_come_back(stage: IngestorStage) -> None:
    await stage(upsert(4))
    assert (await stage(tombstone(published=5))).version == 5
    assert (await stage(upsert(5))).status is Outcome.SUPERSEDED


async def test_a_stated_version_is_the_fence(stage: IngestorStage, store: MemoryStore) -> None:
    await stage(upsert(4))
    assert (await stage(tombstone(3))).status is Outcome.SUPERSEDED
    assert await versions(store) == {4}
    assert (await stage(tombstone(9))).status is Outcome.DELETED
    assert (await stage(upsert(9))).status is Outcome.SUPERSEDED


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deletes=st.lists(st.booleans(), min_size=1, max_size=8),
    restarts=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=5),
)
def test_in_the_end_the_last_record_says_what_the_document_is(
    make_stage: Callable[[MemoryStore], IngestorStage],
    deletes: list[bool],
    restarts: list[tuple[int, int]],
) -> None:
    """Each record is an upsert of the next version or a tombstone; a crash goes back in the log."""

    async def run() -> set[int]:
        store = MemoryStore(fingerprint="fake@1", dimensions=2)
        stage = make_stage(store)
        # where each life begins and dies, then one that reads to the end
        lives = [(min(pair), max(pair)) for pair in restarts]
        reached = 0
        for begin, end in [*lives, (0, len(deletes))]:
            for offset in range(min(begin, reached), min(end, len(deletes))):
                later = offset + 1 < len(deletes)
                if not deletes[offset]:
                    await stage(upsert(offset + 1))
                elif not later:
                    await stage(tombstone())
                reached = max(reached, offset)
        return await versions(store)

    last = len(deletes)
    assert asyncio.run(run()) == (set() if deletes[-1] else {last})
