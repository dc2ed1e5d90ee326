"""The gateway on real Kafka and Redis, in this process, with a pipeline scripted by the tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.patience import PATIENCE_S
from tests.secured.redis_account import account_of

from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.settings import (
    HttpSettings,
    KafkaSettings,
    RedisSettings,
    StoreKind,
    VectorStoreSettings,
)
from ragline.testing.stub_pipeline import StubPipeline, StubQuestion, stub_pipeline
from ragline_cli.stack.ports import choose_port
from ragline_gateway.app import run
from ragline_gateway.settings import GatewayGroup, Settings

Script = Callable[[StubQuestion], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A server-sent event as a client sees it."""

    id: str
    kind: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One gateway replica: a client, its health, and a way to stop it."""

    http: httpx.AsyncClient
    url: str
    health: Health
    metrics: Metrics
    stop: asyncio.Event
    ended: asyncio.Task[None]

    async def ask(self, text: str = "What is a badge?", **fields: Any) -> str:
        """Ask a question and return its id."""
        answer = await self.http.post("/v1/queries", json={"text": text, **fields})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["query_id"])

    async def events(self, query_id: str, last_id: str | None = None) -> AsyncIterator[Event]:
        """Follow a question."""
        headers = {"Last-Event-ID": last_id} if last_id else {}
        path = f"/v1/queries/{query_id}/events"
        async with self.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    data = json.loads(fields["data"])
                    yield Event(id=fields["id"], kind=fields["event"], data=data)
                    fields = {}

    async def stopped(self) -> None:
        """Stop it, and wait until it has."""
        self.stop.set()
        await self.ended


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Replica]:
    """Run a gateway while the block runs."""
    stop, health, metrics = asyncio.Event(), Health(), Metrics()
    ended = asyncio.create_task(run(settings, stop, health, metrics))
    url = f"http://127.0.0.1:{settings.gateway.port}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            while health.waiting is not None:
                if ended.done():
                    await ended
                await asyncio.sleep(0.02)
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
            yield Replica(
                http=http, url=url, health=health, metrics=metrics, stop=stop, ended=ended
            )
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await ended


@pytest.fixture
def kafka_settings(kafka_bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=kafka_bootstrap)


@pytest.fixture
def redis_settings(redis_url: str) -> RedisSettings:
    """The account that the documentation gives the services, and no other rights."""
    return RedisSettings(url=SecretStr(account_of(redis_url)))


@pytest.fixture
def make_settings(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings
) -> Callable[..., Settings]:
    def make(**own: Any) -> Settings:
        given = {"anonymous_tenant": "default", "port": choose_port(None), "ping_s": 0.3} | own
        return Settings(
            kafka=kafka_settings,
            redis=redis_settings,
            http=HttpSettings(port=0),
            gateway=GatewayGroup(**given),
            vector_store=VectorStoreSettings(
                kind=StoreKind.PGVECTOR, url=SecretStr("postgresql://127.0.0.1:1/none")
            ),
        )

    return make


@pytest.fixture
async def gateway(make_settings: Callable[..., Settings]) -> AsyncIterator[Replica]:
    async with started(make_settings()) as replica:
        yield replica


@pytest.fixture
async def scripted(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings
) -> AsyncIterator[Callable[[Script], Awaitable[StubPipeline]]]:
    """Start a pipeline that runs a script for each question."""
    async with AsyncExitStack() as stack:

        async def start(script: Script) -> StubPipeline:
            return await stack.enter_async_context(
                stub_pipeline(kafka_settings, redis_settings, script)
            )

        yield start


async def at_once(question: StubQuestion) -> None:
    """Answer in two pieces."""
    await question.begin()
    await question.say("A badge ")
    await question.say("opens doors. [1]")
    await question.answer("A badge opens doors. [1]")


async def in_steps(question: StubQuestion) -> None:
    """Answer word by word, slower than tokens are coalesced."""
    await question.begin()
    words = [f"word{number} " for number in range(12)]
    for word in words:
        await question.say(word)
        await asyncio.sleep(0.08)
    await question.answer("".join(words))
