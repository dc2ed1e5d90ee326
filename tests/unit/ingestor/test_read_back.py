"""An ingestor says that a change is done when a store that is eventually consistent shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from ragline.errors import Unavailable
from ragline.ports.store import (
    Consistency,
    DocumentRef,
    FencedStore,
    IndexedDocument,
    StoredDocument,
    WriteResult,
)
from ragline.testing.store import MemoryStore
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT, document, ref
from ragline_ingestor.read_back import read_back


class LateStore(MemoryStore):
    """Shows what it held before a write for some more looks."""

    consistency = Consistency.EVENTUAL

    def __init__(self, looks: int) -> None:
        super().__init__(fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
        self._late = looks
        self._shown: StoredDocument | None = None
        self.left = 0

    async def current(self, ref: DocumentRef) -> StoredDocument | None:
        if self.left > 0:
            self.left -= 1
            return self._shown
        return await super().current(ref)

    async def upsert(self, document: IndexedDocument) -> WriteResult:
        self._hide(await super().current(document.ref))
        return await super().upsert(document)

    async def delete(self, ref: DocumentRef, *, version: int) -> WriteResult:
        self._hide(await super().current(ref))
        return await super().delete(ref, version=version)

    async def set_access(
        self, ref: DocumentRef, *, version: int, access: tuple[str, ...]
    ) -> WriteResult:
        self._hide(await super().current(ref))
        return await super().set_access(ref, version=version, access=access)

    def _hide(self, shown: StoredDocument | None) -> None:
        self._shown, self.left = shown, self._late


async def test_each_write_returns_when_it_is_seen() -> None:
    late = LateStore(looks=2)
    store = read_back(late, patience_s=60)
    assert store.consistency is Consistency.EVENTUAL

    assert await store.upsert(document(version=1)) is WriteResult.APPLIED
    assert late.left == 0
    assert await store.set_access(ref(), version=2, access=("staff",)) is WriteResult.APPLIED
    assert late.left == 0
    assert await store.upsert(document(version=3)) is WriteResult.APPLIED
    assert late.left == 0
    assert await store.delete(ref(), version=3) is WriteResult.APPLIED
    assert late.left == 0
    await store.settle(ref())
    stored = await store.current(ref())
    assert stored is not None
    assert (stored.version, stored.gone, stored.access) == (3, True, ("staff",))


async def test_what_a_newer_change_replaced_counts_as_seen() -> None:
    store = read_back(LateStore(looks=1), patience_s=60)
    await store.delete(ref(), version=9)
    assert await store.upsert(document(version=4)) is WriteResult.SUPERSEDED
    assert await store.delete(ref(), version=5) is WriteResult.SUPERSEDED


WRITES: list[Callable[[FencedStore], Awaitable[WriteResult]]] = [
    lambda store: store.upsert(document()),
    lambda store: store.delete(ref(), version=1),
    lambda store: store.set_access(ref(), version=1, access=()),
]


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_that_stays_unseen_is_tried_again(
    write: Callable[[FencedStore], Awaitable[WriteResult]],
) -> None:
    store = read_back(LateStore(looks=1_000_000), patience_s=0.01)
    with pytest.raises(Unavailable, match="FRESHNESS_S"):
        await write(store)


def test_a_store_that_shows_its_writes_at_once_is_left_as_it_is() -> None:
    store: FencedStore = MemoryStore(fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    assert read_back(store, patience_s=1) is store
