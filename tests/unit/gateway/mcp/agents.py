"""The gateway's application over fakes, as an agent meets it: with a pipeline that tests script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from tests.unit.gateway.app import Countdown, KnownCallers
from tests.unit.gateway.real_api import CALLERS, Published, as_

from ragline.adapters.redis.entries import Entry
from ragline.clock import utc_now
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import NoTracer
from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument
from ragline.testing.sources import MemoryReader
from ragline.testing.store import MemoryCollection, MemoryStore
from ragline.testing.views import MemoryViews, status_of
from ragline_gateway.access.caller import Caller
from ragline_gateway.api import make_api
from ragline_gateway.mcp.failures import PROBLEM_META
from ragline_gateway.middleware import add_middlewares
from ragline_gateway.parts import Parts
from ragline_gateway.problems import Problem
from ragline_gateway.queries.ask import Ask, Deadlines
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.settings import GatewayGroup
from ragline_gateway.streams.mailbox import Answer
from ragline_gateway.streams.readers import Followed, Silence

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SPOKEN = {"Accept": "application/json, text/event-stream"}


def answered(**fields: Any) -> QueryAnswered:
    """Return an answer of the pipeline."""
    given = {"query_id": "q", "status": AnswerStatus.ANSWERED, "text": "At the desk. [1]"}
    return QueryAnswered.model_validate(given | {"tenant": "acme", "answered_at": NOW} | fields)


@dataclass
class Pipeline:
    """Says `entries` about each question, and then gives `answer`; notes what is cancelled.

    `ends` takes the place of the answer where something else ends the stream.
    """

    answer: QueryAnswered = field(default_factory=answered)
    entries: Sequence[Entry] = ()
    ends: Followed | Exception | None = None
    full: bool = False
    records: dict[QueryRef, QueryRecord] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    async def keep(self, record: QueryRecord) -> QueryRecord:
        return self.records.setdefault(record.ref, record)

    async def follow(self, record: QueryRecord) -> AsyncGenerator[Followed, None]:
        for entry in self.entries:
            yield entry
        if isinstance(self.ends, Exception):
            raise self.ends
        yield self.ends or Answer(self.answer.to_json())

    async def record(self, query_id: str, caller: Caller) -> QueryRecord:
        found = self.records.get(QueryRef(caller.tenant, query_id))
        if found is None or found.subject != caller.subject:
            raise Problem(status=404, code="no-such-query", title="There is no such question")
        return found

    async def cancel(self, record: QueryRecord) -> None:
        self.cancelled.append(record.query_id)


@dataclass
class Endless(Pipeline):
    """Never answers."""

    follows: asyncio.Event = field(default_factory=asyncio.Event)
    left: int = 0
    away: bool = False

    async def follow(self, record: QueryRecord) -> AsyncGenerator[Followed, None]:
        try:
            yield Silence()
            self.follows.set()
            await asyncio.Event().wait()
        finally:
            self.left += 1

    async def cancel(self, record: QueryRecord) -> None:
        if self.away:
            raise Unavailable("redis is away")
        await asyncio.sleep(0)  # a cancelled task would end here if it were not shielded
        await super().cancel(record)


class Library:
    """The documents behind the gateway, and what the monitor has seen of them."""

    def __init__(self) -> None:
        collection = MemoryCollection()
        self._store = MemoryStore(collection, fingerprint="f", dimensions=2)
        self.reader = MemoryReader(collection)
        self.views = MemoryViews()

    async def hold(self, document_id: str, *texts: str, access: tuple[str, ...] = ()) -> None:
        """Store a document of `acme`: a chunk for each text, with a space between them."""
        chunks: list[EmbeddedChunk] = []
        start = 0
        for text in texts:
            chunks.append(
                EmbeddedChunk(
                    ordinal=len(chunks),
                    content_hash="h",
                    start=start,
                    end=start + len(text),
                    text=text,
                    heading_path=("Badges", "New"),
                    embedding=(1.0, 0.0),
                )
            )
            start += len(text) + 1
        ref = DocumentRef(tenant="acme", document_id=document_id)
        await self._store.upsert(
            IndexedDocument(
                ref=ref, version=1, chunks=chunks, content_hash="h", title="Badges", access=access
            )
        )
        await self.views.note_document(status_of("acme", document_id))


@dataclass
class Gateway:
    """The application, and everything behind it that a test looks at."""

    app: Any
    published: Published
    pipeline: Pipeline
    library: Library
    limiter: Countdown
    metrics: Metrics


def make_parts(
    pipeline: Pipeline, library: Library | None = None, published: Published | None = None
) -> Parts:
    """Return the gateway's components over fakes."""
    library = library or Library()
    publisher, fakes = cast("Any", published or Published()), cast("Any", pipeline)
    numbers = iter(range(1_000_000))

    def new_id() -> str:
        return f"id-{next(numbers)}"

    return Parts(
        publisher=publisher,
        asking=Ask(
            publisher=publisher,
            records=fakes,
            deadlines=Deadlines(default_s=60, max_s=600),
            clock=utc_now,
            new_id=new_id,
        ),
        looking=fakes,
        streams=fakes,
        views=library.views,
        sources=library.reader,
        clock=utc_now,
        new_id=new_id,
        settings=GatewayGroup(),
    )


def make_gateway(pipeline: Pipeline | None = None, library: Library | None = None) -> Gateway:
    """Return the application over fakes; its callers are those of `real_api`."""
    pipeline, library = pipeline or Pipeline(), library or Library()
    published, limiter, metrics = Published(), Countdown(), Metrics()
    parts = make_parts(pipeline, library, published)
    app = make_api(parts)
    add_middlewares(
        app,
        authenticator=KnownCallers(**CALLERS),
        limiter=limiter,
        metrics=metrics,
        settings=parts.settings,
        new_id=parts.new_id,
        tracer=NoTracer(),
    )
    return Gateway(app, published, pipeline, library, limiter, metrics)


@asynccontextmanager
async def plain_client(
    gateway: Gateway, name: str | None = "asker"
) -> AsyncIterator[httpx.AsyncClient]:
    """Open an HTTP client that knows nothing of the SDK."""
    headers = SPOKEN | (as_(name) if name else {})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gateway.app), base_url="http://gateway", headers=headers
    ) as client:
        yield client


@asynccontextmanager
async def sdk_client(
    gateway: Gateway, name: str = "asker", *, mode: str = "auto"
) -> AsyncIterator[Client]:
    """Open the SDK's client; `mode` is `legacy` for the handshake of earlier revisions."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(gateway.app), headers=as_(name)
    ) as http:
        transport = streamable_http_client("http://gateway/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def messages(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the JSON-RPC messages of a response, of either kind."""
    if response.headers["content-type"].startswith("application/json"):
        return [response.json()]
    lines = response.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def problem_of(result: CallToolResult) -> dict[str, Any]:
    """Return the problem that a tool's result tells of."""
    assert result.is_error, result.content
    return dict((result.meta or {})[PROBLEM_META])


def request(method: str, number: int | str = 1, **params: Any) -> dict[str, Any]:
    """Return a JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def tool_call(name: str, number: int | str = 1, **arguments: Any) -> dict[str, Any]:
    """Return a call of a tool."""
    return request("tools/call", number, name=name, arguments=arguments)
