"""Composition root: builds adapters and the HTTP application from settings, and runs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from uuid import uuid4

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.hub import RedisHub, open_hub
from ragline.adapters.redis.index_uses import RedisIndexUses
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.presences import present
from ragline.adapters.redis.views import RedisViews
from ragline.adapters.stores.guarded import open_bounded_reader
from ragline.clock import utc_now
from ragline.contracts.topics import (
    ANSWERS,
    DOCUMENT_ACCESS,
    DOCUMENTS,
    FEEDBACK,
    QUERIES,
    Service,
)
from ragline.index_settings import settings_for
from ragline.messaging.index_follower import open_follower
from ragline.messaging.kafka_clients import check_topics
from ragline.messaging.live_index import open_live_index
from ragline.observability.health import Health
from ragline.observability.http import serve_http
from ragline.observability.metrics import Metrics
from ragline.observability.timed_protocol import RequestTimes
from ragline.observability.tracer import open_tracer
from ragline.ports.sources import DocumentReader
from ragline.process import once_available
from ragline_gateway.access.authenticator import open_authenticator
from ragline_gateway.answers.tail import AnswerTail, open_tail
from ragline_gateway.answers.waiters import Waiters
from ragline_gateway.api import make_api
from ragline_gateway.documents.live_reader import LiveReader
from ragline_gateway.documents.sources import opened_later
from ragline_gateway.garbage_collection import collecting_calmly
from ragline_gateway.limits.rate import open_limiter
from ragline_gateway.middleware import add_middlewares
from ragline_gateway.parts import Parts
from ragline_gateway.publisher import Publisher, open_publisher
from ragline_gateway.queries.ask import Ask, Deadlines
from ragline_gateway.queries.lookup import Lookup
from ragline_gateway.queries.records import QueryRecords
from ragline_gateway.settings import GatewayGroup, Settings
from ragline_gateway.streams.readers import Readers

log = logging.getLogger(__name__)

_TOPICS = (QUERIES, ANSWERS, DOCUMENTS, DOCUMENT_ACCESS, FEEDBACK)
_STALE_S = 15.0
# Grace period for requests in flight; open streams are told to reconnect to another replica
_LAST_REQUESTS_S = 10


async def run(settings: Settings, stop: asyncio.Event, health: Health, metrics: Metrics) -> None:
    """Serve until `stop` is set, then let requests in flight complete.

    Raises:
        Misconfigured: settings that cannot work.
    """
    own = settings.gateway
    async with AsyncExitStack() as stack:
        tracer = stack.enter_context(open_tracer(settings.traces, service="ragline-gateway"))
        authenticator = await stack.enter_async_context(open_authenticator(own))
        limiter = await stack.enter_async_context(
            open_limiter(settings.redis, metrics, requests_per_minute=own.requests_per_minute)
        )
        parts = await stack.enter_async_context(compose(settings, health, metrics))
        app = make_api(parts)
        add_middlewares(
            app,
            authenticator=authenticator,
            limiter=limiter,
            metrics=metrics,
            settings=own,
            new_id=parts.new_id,
            tracer=tracer,
        )
        port = await stack.enter_async_context(
            serve_http(
                app,
                host=own.host,
                port=own.port,
                setting="RAGLINE_GATEWAY__PORT",
                graceful_s=_LAST_REQUESTS_S,
                times=RequestTimes(header_s=own.header_timeout_s, body_s=own.body_timeout_s),
            )
        )
        await stack.enter_async_context(collecting_calmly(lambda: parts.streams.count))
        health.waiting = None
        log.info("gateway: API and console on http://%s:%d/", own.host, port)
        await stop.wait()
        health.stopping = True
        log.info("gateway: stopping: open streams reconnect to another replica")
        parts.streams.close()


@asynccontextmanager
async def compose(settings: Settings, health: Health, metrics: Metrics) -> AsyncIterator[Parts]:
    """Open the adapters and put the parts together.

    Raises:
        Misconfigured: settings that cannot work.
    """
    own = settings.gateway
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings.redis))
        watch = await stack.enter_async_context(watching_ledger(redis, metrics))
        await stack.enter_async_context(present(redis, Service.GATEWAY))
        health.degraded["ledger"] = watch.trouble
        hub = await stack.enter_async_context(open_hub(redis))
        await once_available(health, lambda: check_topics(settings.kafka, _TOPICS))
        publisher = await once_available(
            health, lambda: stack.enter_async_context(open_publisher(settings.kafka))
        )
        waiting = Waiters()
        tail = await once_available(
            health,
            lambda: stack.enter_async_context(
                open_tail(settings.kafka, waiting, partitions=publisher.partitions_of_answers)
            ),
        )
        indexes = await once_available(
            health, lambda: stack.enter_async_context(open_follower(settings.kafka))
        )
        live = await stack.enter_async_context(
            open_live_index(
                indexes,
                lambda index: _open_sources(settings_for(settings, index), metrics),
                clock=utc_now,
                service=Service.GATEWAY,
                uses=RedisIndexUses(redis),
            )
        )
        health.degraded["indexes"] = live.problem
        _watch(tail, health)
        records = QueryRecords(redis, ttl_s=settings.redis.answer_ttl_s)
        looking = Lookup(records=records, ledger=open_ledger(redis, settings), redis=redis)
        yield Parts(
            publisher=publisher,
            asking=_asking(publisher, records, own),
            looking=looking,
            streams=_streams(waiting, hub, looking, own, metrics),
            views=RedisViews(redis),
            sources=LiveReader(live.using),
            clock=utc_now,
            new_id=_new_id,
            settings=own,
        )


def _open_sources(
    settings: Settings, metrics: Metrics
) -> AbstractAsyncContextManager[DocumentReader]:
    return opened_later(lambda: open_bounded_reader(settings.vector_store, metrics=metrics))


def _watch(tail: AnswerTail, health: Health) -> None:
    clock = asyncio.get_running_loop().time

    def stalled() -> str | None:
        idle_s = clock() - tail.polled_at
        return f"`answers` have not been read for {idle_s:.0f} s" if idle_s > _STALE_S else None

    health.live["answers"] = stalled


def _asking(publisher: Publisher, records: QueryRecords, own: GatewayGroup) -> Ask:
    return Ask(
        publisher=publisher,
        records=records,
        deadlines=Deadlines(default_s=own.default_deadline_s, max_s=own.max_deadline_s),
        clock=utc_now,
        new_id=_new_id,
    )


def _streams(
    waiting: Waiters, hub: RedisHub, looking: Lookup, own: GatewayGroup, metrics: Metrics
) -> Readers:
    return Readers(
        waiting=waiting,
        hub=hub,
        looking=looking,
        clock=utc_now,
        ping_s=own.ping_s,
        most=own.max_streams,
        on_change=lambda count: metrics.set("ragline_gateway_streams", count),
    )


def _new_id() -> str:
    return uuid4().hex
