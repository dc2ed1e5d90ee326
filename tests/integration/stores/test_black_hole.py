"""A store that takes everything and answers nothing: calls end in time, and go on afterwards.

Nothing resets the connections. TCP would give up after a quarter of an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from pydantic import SecretStr
from tests.chaos.proxy import Proxy

from ragline.adapters.circuit.bounded_calls import BoundedCalls
from ragline.adapters.circuit.breaker import Breaker
from ragline.adapters.stores.guarded import GuardedStore
from ragline.adapters.stores.opening import open_store
from ragline.errors import CircuitOpen, Unavailable
from ragline.observability.metrics import Metrics
from ragline.settings import CircuitSettings, StoreKind, VectorStoreSettings
from ragline.testing.store_contract.builders import (
    DIMENSIONS,
    FINGERPRINT,
    document,
    documents_seen,
    embedding,
    ref,
    scope,
)

LIMIT_S = 2.0
# what a busy machine may add; without a bound from outside the calls last until TCP gives up
IN_TIME_S = 30.0

CALLS: list[Callable[[GuardedStore], Awaitable[Any]]] = [
    lambda store: store.vector(embedding("x"), scope=scope(), limit=1),
    lambda store: store.keyword("x", scope=scope(), limit=1),
    lambda store: store.current(ref()),
    lambda store: store.upsert(document(version=2)),
    lambda store: store.delete(ref(), version=2),
    lambda store: store.set_access(ref(), version=2, access=("staff",)),
]


@pytest.fixture(params=["pgvector", "weaviate", "chroma", "pinecone"])
def direct(request: pytest.FixtureRequest) -> VectorStoreSettings:
    settings: VectorStoreSettings = request.getfixturevalue(f"{request.param}_settings")
    return settings.model_copy(update={"timeout_s": LIMIT_S})


@pytest.fixture
def proxies(direct: VectorStoreSettings) -> Iterator[list[Proxy]]:
    ports = [urlsplit(direct.url.get_secret_value()).port or 0]
    if direct.kind is StoreKind.WEAVIATE:
        ports.append(direct.grpc_port)
    made = [Proxy(port) for port in ports]
    for proxy in made:
        proxy.__enter__()
    yield made
    for proxy in made:
        proxy.__exit__()


@asynccontextmanager
async def opened(
    direct: VectorStoreSettings, proxies: list[Proxy], circuit: CircuitSettings, metrics: Metrics
) -> AsyncIterator[GuardedStore]:
    url = urlsplit(direct.url.get_secret_value())
    login, at, _ = url.netloc.rpartition("@")
    through = url._replace(netloc=f"{login}{at}127.0.0.1:{proxies[0].port}")
    settings = direct.model_copy(
        update={"url": SecretStr(urlunsplit(through)), "grpc_port": proxies[-1].port}
    )
    async with open_store(settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS) as store:
        calls = BoundedCalls(
            "vector_store", metrics=metrics, reconnect=store.reconnect, grace_s=0.5
        )
        yield GuardedStore(store, Breaker("vector_store", settings=circuit, metrics=metrics), calls)


async def until(store: GuardedStore, version: int) -> None:
    """Wait until the store can be written again."""
    async with asyncio.timeout(60):
        while True:
            try:
                await store.upsert(document(version=version))
            except Unavailable:
                await asyncio.sleep(0.1)
            else:
                return


async def test_calls_that_run_into_a_black_hole_end_in_time_and_others_go_on_afterwards(
    direct: VectorStoreSettings, proxies: list[Proxy]
) -> None:
    patient = CircuitSettings(failures=1_000)
    async with opened(direct, proxies, patient, Metrics()) as store:
        await store.upsert(document(version=1))
        for proxy in proxies:
            proxy.hold()
        async with asyncio.timeout(IN_TIME_S):
            results = await asyncio.gather(*(call(store) for call in CALLS), return_exceptions=True)
        assert [type(each) for each in results] == [Unavailable] * len(CALLS)

        for proxy in proxies:
            proxy.heal()
        await until(store, version=3)
        assert await documents_seen(store) == {"guide"}


async def test_a_black_hole_opens_the_circuit(
    direct: VectorStoreSettings, proxies: list[Proxy]
) -> None:
    metrics = Metrics()
    quick = CircuitSettings(failures=2, cooldown_s=0.1)
    async with opened(direct, proxies, quick, metrics) as store:
        await store.upsert(document(version=1))
        for proxy in proxies:
            proxy.hold()
        async with asyncio.timeout(IN_TIME_S):
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await store.current(ref())
            with pytest.raises(CircuitOpen):
                await store.current(ref())
        for proxy in proxies:
            proxy.heal()
        await until(store, version=2)
        labels = {"dependency": "vector_store"}
        assert metrics.registry.get_sample_value("ragline_circuit_state", labels) == 0
