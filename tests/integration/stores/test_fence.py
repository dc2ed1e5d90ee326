"""The state machine that the fake is tested with, on the real stores, down to what they hold."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ragline.adapters.stores.opening import SourceReader, Store, open_reader, open_store
from ragline.adapters.stores.pgvector import postings
from ragline.adapters.stores.pgvector.store import PgvectorStore
from ragline.adapters.stores.weaviate.store import WeaviateStore
from ragline.settings import VectorStoreSettings
from ragline.testing.audit import audit
from ragline.testing.faults import faults
from ragline.testing.store_contract.builders import DIMENSIONS, FINGERPRINT
from ragline.testing.store_contract.fence_machine import FenceMachine
from ragline.testing.store_contract.stepping_stores import SteppingPgvector, SteppingWeaviate
from ragline.testing.store_contract.turns import Turns

bounded = partial(
    settings,
    stateful_step_count=30,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would repeat slow examples
    suppress_health_check=[HealthCheck.too_slow],
)


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

    patience_s = 0.05

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, PgvectorStore)
        return SteppingPgvector(self._store, turns, name)


class WeaviateFence(_OnServer):
    """Every call that reads or writes objects is a step."""

    def writer(self, turns: Turns, name: str) -> Store:
        assert isinstance(self._store, WeaviateStore)
        return SteppingWeaviate(self._store, turns, name)


def test_postgresql(pgvector_settings: VectorStoreSettings) -> None:
    machine: Any = partial(PgvectorFence, pgvector_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=40))


def test_postgresql_that_merges_after_every_write(
    pgvector_settings: VectorStoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "MERGED_FROM", 1)
    machine: Any = partial(PgvectorFence, pgvector_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=20))


def test_weaviate(weaviate_settings: VectorStoreSettings) -> None:
    machine: Any = partial(WeaviateFence, weaviate_settings)
    run_state_machine_as_test(machine, settings=bounded(max_examples=30))
