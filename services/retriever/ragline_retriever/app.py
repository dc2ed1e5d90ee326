"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from ragline.adapters.models import import_runtime, open_embedder
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.index_uses import RedisIndexUses
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.presences import embedded_index, present
from ragline.adapters.redis.progress import open_progress
from ragline.adapters.stores.guarded import open_guarded_store
from ragline.adapters.stores.opening import import_client
from ragline.clock import utc_now
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import ANSWERS, CANDIDATES, INTENTS, Service
from ragline.index_settings import settings_for
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.index_follower import IndexFollower
from ragline.messaging.live_index import open_live_index
from ragline.messaging.service import ServiceSpec
from ragline.messaging.slots import DeliverySlot
from ragline.observability.metrics import Metrics
from ragline.ports.store import CurrentVersions
from ragline_retriever.freshness import VersionWaiter
from ragline_retriever.live_stage import LiveStage, OpenedStage
from ragline_retriever.settings import RetrieverSettings, Settings
from ragline_retriever.stage import RetrieverStage
from ragline_retriever.version_watch import VersionWatch


@asynccontextmanager
async def compose(
    settings: Settings, metrics: Metrics, indexes: IndexFollower | None = None
) -> AsyncIterator[Composition]:
    """Load and warm the embedding model, open the store, build the stage; all of the live index.

    Args:
        settings: of the service; some differ from index to index.
        metrics: counts.
        indexes: says which index is live; without it there is only the base.

    Raises:
        Unavailable: the store is down, or the model must be downloaded and the hub does not answer.
        FingerprintMismatch: the store holds vectors of another model.
        Misconfigured: the model or the store cannot be used with these settings.
    """
    async with (
        open_redis(settings.redis) as redis,
        open_live_index(
            indexes or IndexFollower(),
            lambda index: open_stage(settings_for(settings, index), metrics, name=index.name),
            clock=utc_now,
            service=Service.RETRIEVER,
            uses=RedisIndexUses(redis),
        ) as live,
        watching_ledger(redis, metrics) as watch,
        AsyncExitStack() as stack,
    ):
        stage = LiveStage(live.using)
        await stack.enter_async_context(present(redis, Service.RETRIEVER, index=stage.index))
        yield Composition(
            stage=stage,
            ledger=open_ledger(redis, settings),
            progress=open_progress(redis, settings, metrics),
            degraded={"ledger": watch.trouble, "indexes": live.problem},
            checks={"vector_store": stage.ping},
            live={"vector_store": stage.stuck},
        )


@asynccontextmanager
async def open_stage(
    settings: Settings, metrics: Metrics, *, name: str = BASE_INDEX
) -> AsyncIterator[OpenedStage]:
    """Open model and store of the index `name`, whose settings these are. Raises as `compose`."""
    async with (
        open_embedder(settings.embedding, metrics) as embedder,
        open_guarded_store(
            settings.vector_store, settings.circuit, embedder=embedder, metrics=metrics
        ) as store,
    ):
        await embedder.embed_query("warm-up")  # the first call is slow, so it is made at start-up
        stage = RetrieverStage(
            search=store,
            embedder=embedder,
            clock=utc_now,
            ladder=settings.ladder.ladder(),
            most_bytes=settings.events.candidate_bytes(settings.kafka.max_request_size),
            waiter=_version_waiter(store, settings.retriever),
        )
        yield OpenedStage(
            stage=stage,
            store=store,
            index=embedded_index(name, settings.vector_store, embedder.fingerprint),
        )


def _version_waiter(store: CurrentVersions, own: RetrieverSettings) -> VersionWaiter:
    return VersionWaiter(
        store=store,
        watch=VersionWatch(store=store, every_s=own.version_look_s, looks=own.version_looks),
        slot=DeliverySlot(),
        most_s=own.version_wait_s,
        per_tenant=own.version_waits,
    )


def preload(settings: Settings) -> None:
    """Import what runs the model, and the client of the store."""
    import_runtime(settings.embedding)
    import_client(settings.vector_store.kind)


SPEC = ServiceSpec(
    service=Service.RETRIEVER,
    inbound=(INTENTS,),
    outbound=(CANDIDATES, ANSWERS),
    delivery=QueryDelivery(),
    settings=Settings,
    compose=compose,
    follows_indexes=True,
    preload=preload,
)
