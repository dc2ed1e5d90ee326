"""The store behind its circuit keeps every promise of the port, and is left alone when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from ragline.adapters.circuit.breaker import Breaker
from ragline.adapters.stores.guarded import GuardedStore
from ragline.errors import CircuitOpen, Unavailable
from ragline.observability.metrics import Metrics
from ragline.ports.store import Scope
from ragline.settings import CircuitSettings
from ragline.testing.sources import open_memory_reader
from ragline.testing.store import MemoryCollection, open_memory_store
from ragline.testing.store_contract import OpenReader, OpenStore, StoreContract
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    document,
    embedding,
    ref,
)


class Clock:
    """Monotonic seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock) -> Breaker:
    settings = CircuitSettings(failures=1, cooldown_s=10)
    return Breaker("vector_store", settings=settings, metrics=Metrics(), clock=clock)


class TestGuardedMemoryStore(StoreContract):
    @pytest.fixture
    def collection(self) -> MemoryCollection:
        return MemoryCollection()

    @pytest.fixture
    def open_reader(self, collection: MemoryCollection) -> OpenReader:
        return partial(open_memory_reader, collection)

    @pytest.fixture
    def open_store(self, collection: MemoryCollection) -> OpenStore:
        @asynccontextmanager
        async def open_guarded(
            *, fingerprint: str = FINGERPRINT, dimensions: int = DIMENSIONS
        ) -> AsyncIterator[GuardedStore]:
            async with open_memory_store(
                collection, fingerprint=fingerprint, dimensions=dimensions
            ) as store:
                yield GuardedStore(store, breaker(Clock()))

        return open_guarded


class DownStore:
    """A store whose every method fails."""

    calls = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def fail(*_: object, **__: object) -> None:
            self.calls += 1
            raise Unavailable("down")

        return fail


SCOPE = Scope(tenant="acme")
CALLS: list[Callable[[GuardedStore], Awaitable[Any]]] = [
    lambda store: store.vector(embedding("x"), scope=SCOPE, limit=1),
    lambda store: store.keyword("x", scope=SCOPE, limit=1),
    lambda store: store.metadata(["x"], scope=SCOPE, limit=1),
    lambda store: store.current(ref()),
    lambda store: store.upsert(document()),
    lambda store: store.delete(ref(), version=1),
    lambda store: store.set_access(ref(), version=1, access=()),
]


@pytest.mark.parametrize("call", CALLS)
async def test_every_call_counts_and_is_refused_while_the_circuit_is_open(
    call: Callable[[GuardedStore], Awaitable[Any]],
) -> None:
    down: Any = DownStore()
    store = GuardedStore(down, breaker(Clock()))

    with pytest.raises(Unavailable, match="down"):
        await call(store)
    with pytest.raises(CircuitOpen):
        await call(store)

    assert down.calls == 1


async def test_pings_count_only_as_trials() -> None:
    down: Any = DownStore()
    clock = Clock()
    store = GuardedStore(down, breaker(clock))

    for _ in range(3):
        with pytest.raises(Unavailable, match="down"):
            await store.ping()

    with pytest.raises(Unavailable, match="down"):
        await store.current(ref())
    with pytest.raises(CircuitOpen):
        await store.ping()
    clock.now = 10.0
    with pytest.raises(Unavailable, match="down"):
        await store.ping()
    with pytest.raises(CircuitOpen):
        await store.ping()

    assert down.calls == 5
