"""A store is filled in order, and filling goes on where it stopped."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from ragline.contracts.plan import SearchKind
from ragline.ports.store import ChunkStore, DocumentRef, Scope
from ragline.testing.store import MemoryStore
from ragline_evaluation.capacity.corpus import GeneratedCorpus
from ragline_evaluation.capacity.measure import EmbeddedQuestion, StoreProbe, Way
from ragline_evaluation.capacity.passages import SourcePassage
from ragline_evaluation.capacity.store_fill import AT_ONCE, fill, stored_documents


class Holding:
    """A store that holds the documents of these numbers."""

    def __init__(self, numbers: set[int]) -> None:
        self._numbers = numbers

    async def current(self, ref: DocumentRef) -> object | None:
        return ref if int(ref.document_id.rpartition("/")[2]) in self._numbers else None


@pytest.mark.parametrize(
    ("held", "certain"),
    [(range(0), 0), (range(50), 50 - 2 * AT_ONCE), (range(100), 100), (range(150), 100)],
)
async def test_what_is_stored_for_certain(held: range, certain: int) -> None:
    store = cast("ChunkStore", Holding(set(held)))
    assert await stored_documents(store, tenant="t", most=100) == certain


async def test_a_filled_store_is_searched_in_a_closed_loop() -> None:
    vectors: Any = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]
    corpus = GeneratedCorpus(
        [SourcePassage("", (f"word{n} common",)) for n in range(3)],
        np.asarray(vectors, dtype=np.float32),
        tenant="t",
    )
    store = MemoryStore(fingerprint="f", dimensions=2)
    written: list[int] = []
    await fill(store, corpus, 0, 3, written.append)
    assert sum(written) == 60
    seconds = iter([1.0, 1.5])
    probe = StoreProbe(store, scope=Scope(tenant="t"), limit=5, server_cpu=lambda: next(seconds))
    asked = [EmbeddedQuestion("common", [1.0, 0.0])]
    (hits,) = await probe.vector_hits(asked)
    assert [round(hit.scores[SearchKind.VECTOR], 3) for hit in hits[:1]] == [1.0]
    times = await probe.times(asked, Way.HYBRID, in_flight=3, count=10)
    assert (times.searches, times.in_flight) == (10, 3)
    assert times.server_cpu_ms == pytest.approx(50)
    assert times.p50 <= times.p95 <= times.p99
