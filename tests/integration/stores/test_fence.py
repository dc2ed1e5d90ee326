"""The state machine that the fake is tested with, on the real stores, down to what they hold."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from qdrant_client import AsyncQdrantClient

from ragline.adapters.stores.chroma.store import ChromaStore
from ragline.adapters.stores.opening import SourceReader, Store, open_reader, open_store
from ragline.adapters.stores.pgvector import postings
from ragline.adapters.stores.pgvector.store import PgvectorStore
from ragline.adapters.stores.pinecone.store import PineconeStore
from ragline.adapters.stores.qdrant.client import QdrantConnection
from ragline.adapters.stores.qdrant.reader import QdrantReader
from ragline.adapters.stores.qdrant.store import store_on
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.settings import StoreKind, VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import faults
from ragline.testing.qdrant_objects import qdrant_objects
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT
from ragline.testing.store_contract.fence_machine import FenceMachine
from ragline.testing.store_contract.stepping_stores import (
    SteppingChroma,
    SteppingPgvector,
    SteppingPinecone,
    SteppingQdrant,
    SteppingWeaviate,
)
from ragline.testing.store_contract.turns import Turns

bounded = partial(
    settings,
    stateful_step_count=30,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would repeat slow examples
    suppress_health_check=[HealthCheck.too_slow],
)


def examples(few: int, many: int) -> pytest.MarkDecorator:
    """Run a machine with few examples, and with many where there is time for them."""
    return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])


class _OnServer(FenceMachine):
    def __init__(self, store_settings: VectorStoreSettings) -> None:
        super().__init__()
        self._settings = store_settings

    async def open(self, stack: AsyncExitStack) -> tuple[Store, SourceReader]:
        self._store: Store = await stack.enter_async_context(
            open_store(self._settings, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
        )
        return self._store, await stack.enter_async_context(open_reader(self._settings))

    async def assert_whole(self, tenant: str) -> None:
        stored = [each for each in await audit(self._settings) if each.tenant == tenant]
        assert faults(stored) == []


class PgvectorFence(_OnServer):
    """Every statement is a step; a writer may block on another's row lock."""

    async def open(self, stack: AsyncExitStack) -> tuple[Store, SourceReader]:
        self._activity = await asyncpg.connect(self._settings.url.get_secret_value())
        stack.push_async_callback(self._activity.close)
        return await super().open(stack)

    async def blocked(self) -> int:
        """Count the writers that wait until another transaction ends: no other test runs here."""
        found = await self._activity.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')"
        )
        return int(found)

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, PgvectorStore)
        return SteppingPgvector(self._store, turns, name)


class WeaviateFence(_OnServer):
    """Every call that reads or writes objects is a step."""

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, WeaviateStore)
        return SteppingWeaviate(self._store, turns, name)


class ChromaFence(_OnServer):
    """Every call that reads or writes records is a step."""

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, ChromaStore)
        return SteppingChroma(self._store, turns, name)


class QdrantFence(FenceMachine):
    """Every call that reads or writes points is a step, in the client's local mode."""

    async def open(self, stack: AsyncExitStack) -> tuple[Store, SourceReader]:
        self._client = AsyncQdrantClient(location=":memory:")
        stack.push_async_callback(self._client.close)
        connection = QdrantConnection(
            VectorStoreSettings(kind=StoreKind.QDRANT), client=self._client
        )
        self._store = await store_on(
            connection, "Fence", fingerprint=FINGERPRINT, dimensions=DIMENSIONS
        )
        return self._store, QdrantReader(connection, "Fence")

    def writer(self, turns: Turns, name: str) -> Store:
        return SteppingQdrant(self._store, turns, name)

    async def assert_whole(self, tenant: str) -> None:
        assert faults(await qdrant_objects(self._client, "Fence")) == []


class PineconeFence(_OnServer):
    """Every call that reads or writes records is a step, with the waiting that belongs to it."""

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, PineconeStore)
        return SteppingPinecone(self._store, turns, name)


@examples(10, 40)
def test_postgresql(pgvector_settings: VectorStoreSettings, examples: int) -> None:
    machine: Any = partial(PgvectorFence, pgvector_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=examples))


@examples(5, 20)
def test_postgresql_that_merges_after_every_write(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    monkeypatch.setattr(postings, "MERGED_FROM", 1)
    machine: Any = partial(PgvectorFence, pgvector_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=examples))


@examples(8, 30)
def test_weaviate(weaviate_settings: VectorStoreSettings, examples: int) -> None:
    machine: Any = partial(WeaviateFence, weaviate_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=examples))


@examples(4, 10)
def test_chroma(chroma_settings: VectorStoreSettings, examples: int) -> None:
    machine: Any = partial(ChromaFence, chroma_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=examples))


@examples(8, 30)
@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
def test_qdrant_in_memory(examples: int) -> None:
    run_state_machine_as_test(QdrantFence, settings=bounded(max_examples=examples))


@examples(4, 12)
def test_pinecone(pinecone_settings: VectorStoreSettings, examples: int) -> None:
    machine: Any = partial(PineconeFence, pinecone_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=examples))
