"""The store behind its circuit keeps every promise of the port, and is left alone when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest

from ragline.adapters.circuit.bounded_calls import BoundedCalls, allowed
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


def guarded(store: Any, breaker: Breaker, metrics: Metrics | None = None) -> GuardedStore:
    calls = BoundedCalls(
        "vector_store", metrics=metrics or Metrics(), reconnect=store.reconnect, grace_s=0.02
    )
    return GuardedStore(store, breaker, calls)


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
                yield guarded(store, breaker(Clock()))

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
    store = guarded(down, breaker(Clock()))

    with pytest.raises(Unavailable, match="down"):
        await call(store)
    with pytest.raises(CircuitOpen):
        await call(store)

    assert down.calls == 1


class DeafStore:
    """A store whose client swallows each cancellation, as if it waited for the server for ever."""

    def __init__(self) -> None:
        self.reconnected = 0

    async def reconnect(self) -> None:
        self.reconnected += 1

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def hang(*_: object, **__: object) -> None:
            with allowed(0.01):
                while not self.reconnected:
                    with suppress(asyncio.CancelledError):
                        await asyncio.sleep(0.01)

        return hang


@pytest.mark.parametrize("call", [*CALLS, lambda store: store.settle(ref())])
async def test_a_client_that_cannot_be_stopped_fails_like_one_that_is_away(
    call: Callable[[GuardedStore], Awaitable[Any]],
) -> None:
    deaf, metrics = DeafStore(), Metrics()
    store = guarded(deaf, breaker(Clock()), metrics)

    with pytest.raises(Unavailable, match="ignored its time limit"):
        await call(store)
    with pytest.raises(CircuitOpen):
        await call(store)

    assert deaf.reconnected == 1
    assert store.stuck() is None
    labels = {"dependency": "vector_store"}
    assert metrics.registry.get_sample_value("ragline_calls_abandoned_total", labels) == 1


async def test_pings_count_only_as_trials() -> None:
    down: Any = DownStore()
    clock = Clock()
    store = guarded(down, breaker(clock))

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
