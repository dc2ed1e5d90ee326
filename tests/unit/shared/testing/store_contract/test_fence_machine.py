"""The version fence, modelled: any interleaving of writers and crashes, on the fake."""

from __future__ import annotations

from contextlib import AsyncExitStack

from hypothesis import settings

from ragline.adapters.stores.opening import SourceReader, Store
from ragline.testing.sources import MemoryReader
from ragline.testing.store import MemoryCollection, MemoryStore
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT
from ragline.testing.store_contract.fence_machine import FenceMachine
from ragline.testing.store_contract.stepping_stores import SteppingMemory
from ragline.testing.store_contract.turns import Turns


class MemoryFence(FenceMachine):
    """The fake's writes are steps as a whole; dying after one is an answer that never arrived."""

    async def open(self, stack: AsyncExitStack) -> tuple[Store, SourceReader]:
        collection = MemoryCollection()
        self._store = MemoryStore(collection, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
        return self._store, MemoryReader(collection)

    def writer(self, turns: Turns, name: str) -> Store:
        return SteppingMemory(self._store, turns, name)


TestMemoryFence = MemoryFence.TestCase
TestMemoryFence.settings = settings(max_examples=100, stateful_step_count=40)
