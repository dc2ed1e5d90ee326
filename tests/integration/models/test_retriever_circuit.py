"""The vector store's circuit, from a database that crashes to one that is back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.patience import PATIENCE_S

from ragline.clock import utc_now
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRetrieved, QueryClassified
from ragline.errors import CircuitOpen, TransientError, Unavailable
from ragline.messaging.composition import Check, Composition
from ragline.observability.metrics import Metrics
from ragline.settings import CircuitSettings, StoreKind, VectorStoreSettings
from ragline_cli.stack.postgres import PostgresServer
from ragline_cli.stack.server import running
from ragline_retriever.app import compose
from ragline_retriever.settings import Settings


@pytest.fixture
def own_server(postgres: PostgresServer, tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that nobody else uses; `postgres` shows that one can be had here."""
    with running(PostgresServer(tmp_path / "postgres")) as server:
        yield server


def settings(server: PostgresServer, *, cooldown_s: float) -> Settings:
    return Settings(
        vector_store=VectorStoreSettings(
            kind=StoreKind.PGVECTOR, url=SecretStr(server.url), collection=f"T{uuid.uuid4().hex}"
        ),
        circuit=CircuitSettings(failures=4, cooldown_s=cooldown_s),
    )


def question() -> QueryClassified:
    return QueryClassified(
        query_id="q1",
        text="What is a queue?",
        standalone_text="What is a queue?",
        intent=Intent.FACTUAL,
        confidence=0.9,
        plan=Plan(name="test", weights={SearchKind.VECTOR: 0.6, SearchKind.KEYWORD: 0.4}),
        submitted_at=utc_now(),
    )


def state(metrics: Metrics) -> float | None:
    labels = {"dependency": "vector_store"}
    return metrics.registry.get_sample_value("ragline_circuit_state", labels)


async def fail_until_open(composition: Composition, metrics: Metrics) -> None:
    """Ask until the circuit is open; a session may answer for a moment after its server died."""
    async with asyncio.timeout(PATIENCE_S):
        while state(metrics) != 2:
            with suppress(Unavailable):
                await composition.stage(question())


async def until_ready(check: Check) -> None:
    """Ask as readiness probes do."""
    for _ in range(600):
        try:
            return await check()
        except TransientError:
            await asyncio.sleep(0.1)
    raise AssertionError("the circuit did not close")


async def test_probes_close_it_when_the_database_is_back(own_server: PostgresServer) -> None:
    metrics = Metrics()
    async with compose(settings(own_server, cooldown_s=1), metrics) as composition:
        ready = composition.checks["vector_store"]
        await ready()
        own_server.kill()
        await fail_until_open(composition, metrics)
        with pytest.raises(Unavailable):
            await ready()

        await asyncio.to_thread(own_server.start)
        await until_ready(ready)

        assert state(metrics) == 0
        assert isinstance(await composition.stage(question()), CandidatesRetrieved)


async def test_while_it_is_open_searches_and_probes_fail_at_once(
    own_server: PostgresServer,
) -> None:
    metrics = Metrics()
    async with compose(settings(own_server, cooldown_s=600), metrics) as composition:
        own_server.kill()
        await fail_until_open(composition, metrics)
        await asyncio.to_thread(own_server.start)

        with pytest.raises(CircuitOpen) as caught:
            await composition.stage(question())
        with pytest.raises(CircuitOpen, match="vector_store failed lately"):
            await composition.checks["vector_store"]()

        assert caught.value.retry_after is not None
        assert 0 < caught.value.retry_after <= 600
