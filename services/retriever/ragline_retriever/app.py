"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ragline.adapters.models import open_embedder
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.progress import open_progress
from ragline.adapters.stores.guarded import open_guarded_store
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, CANDIDATES, INTENTS, Service
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.service import ServiceSpec
from ragline.messaging.slots import DeliverySlot
from ragline.observability.metrics import Metrics
from ragline.ports.store import CurrentVersions
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.settings import RetrieverSettings, Settings
from ragline_retriever.stage import RetrieverStage
from ragline_retriever.version_watch import VersionWatch


@asynccontextmanager
async def compose(settings: Settings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Load and warm the embedding model, open the store, build the stage.

    Raises:
        Unavailable: the store is down, or the model must be downloaded and the hub does not answer.
        FingerprintMismatch: the store holds vectors of another model.
        Misconfigured: the model or the store cannot be used with these settings.
    """
    async with (
        open_embedder(settings.embedding) as embedder,
        open_guarded_store(
            settings.vector_store, settings.circuit, embedder=embedder, metrics=metrics
        ) as store,
        open_redis(settings.redis) as redis,
        watching_ledger(redis, metrics) as watch,
    ):
        await embedder.embed_query("warm-up")  # the first call is slow, so it is made at start-up
        yield Composition(
            stage=RetrieverStage(
                search=store,
                embedder=embedder,
                clock=utc_now,
                ladder=settings.ladder.ladder(),
                most_bytes=settings.events.candidate_bytes(settings.kafka.max_request_size),
                waiter=_version_waiter(store, settings.retriever),
            ),
            ledger=open_ledger(redis, settings),
            progress=open_progress(redis, settings, metrics),
            degraded={"ledger": watch.trouble},
            checks={"vector_store": store.ping},
            live={"vector_store": store.stuck},
        )


def _version_waiter(store: CurrentVersions, own: RetrieverSettings) -> VersionWaiter:
    return VersionWaiter(
        store=store,
        watch=VersionWatch(store=store, every_s=own.version_look_s, looks=own.version_looks),
        slot=DeliverySlot(),
        most_s=own.version_wait_s,
        per_tenant=own.version_waits,
    )


SPEC = ServiceSpec(
    service=Service.RETRIEVER,
    inbound=(INTENTS,),
    outbound=(CANDIDATES, ANSWERS),
    delivery=QueryDelivery(),
    settings=Settings,
    compose=compose,
)
