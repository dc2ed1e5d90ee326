"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from ragline.adapters.models import import_runtime, open_embedder
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache
from ragline.adapters.redis.optional import optional_redis
from ragline.adapters.redis.presences import embedded_index, present
from ragline.adapters.stores.guarded import open_guarded_store
from ragline.adapters.stores.opening import import_client
from ragline.clock import utc_now
from ragline.contracts.indexes import BASE_INDEX, Index
from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    Service,
)
from ragline.errors import Misconfigured, Unavailable
from ragline.index_settings import settings_for
from ragline.messaging.aside import Aside
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
from ragline.messaging.index_follower import IndexFollower
from ragline.messaging.service import ServiceSpec
from ragline.messaging.slots import DeliverySlot
from ragline.observability.metrics import Metrics
from ragline_ingestor.access_log import AccessLog
from ragline_ingestor.document import Ocr
from ragline_ingestor.embedding import CachedEmbedder
from ragline_ingestor.fetcher import Fetcher
from ragline_ingestor.file_reader import FileReader
from ragline_ingestor.http_reader import open_http_reader
from ragline_ingestor.ocr_lane import OcrLane
from ragline_ingestor.read_back import read_back
from ragline_ingestor.sandbox.messages import ParserOptions
from ragline_ingestor.sandbox.parser_pool import open_parser_pool
from ragline_ingestor.settings import IngestorSettings, Settings
from ragline_ingestor.stage import IngestorStage
from ragline_ingestor.tenant_line import TenantLine
from ragline_ingestor.uri_rules import UriRules


@asynccontextmanager
async def compose(
    settings: Settings, metrics: Metrics, indexes: IndexFollower | None = None
) -> AsyncIterator[Composition]:
    """Load the model, open store, cache and readers, start the parsers, build the stage.

    Args:
        settings: of the service; some differ in the index that it fills.
        metrics: counts.
        indexes: says which indexes there are; without it there is only the base.

    Raises:
        Unavailable: the index is not there, the store is down, or the model must be downloaded and
            the hub does not answer.
        FingerprintMismatch: the store holds vectors of another model.
        Misconfigured: the model, the store or the cache cannot be used with these settings.
    """
    indexes = indexes or IndexFollower()
    name = settings.ingestor.index
    settings = settings_for(settings, _index(indexes, name))
    own, slot = settings.ingestor, DeliverySlot()
    async with (
        open_embedder(settings.embedding, metrics) as embedder,
        open_guarded_store(
            settings.vector_store, settings.circuit, embedder=embedder, metrics=metrics
        ) as store,
        open_redis(settings.redis) as ledger,
        open_redis(settings.redis.caches) as redis,
        _open_fetcher(own) as fetcher,
        open_parser_pool(
            _parser_options(own),
            workers=own.parse_workers,
            timeout_s=own.parse_timeout_s,
            slot=slot,
            on_loss=lambda reason: metrics.count("ragline_parsers_lost_total", reason=reason),
        ) as parsers,
        AsyncExitStack() as stack,
    ):
        opened = embedded_index(name, settings.vector_store, embedder.fingerprint)
        await stack.enter_async_context(present(ledger, Service.INGESTOR, index=lambda: opened))
        aside = Aside()
        ocr = await stack.enter_async_context(_open_ocr(own, slot, metrics, aside))
        cache = RedisEmbeddingCache(
            optional_redis(redis, "embedding_cache", metrics),
            ttl_s=settings.redis.embedding_ttl_s,
            fill=settings.redis.cache_fill,
        )
        seen = read_back(store, patience_s=settings.vector_store.freshness_s)
        access = AccessLog(store=seen, record=aside, everything=own.record_all_access)
        yield Composition(
            stage=IngestorStage(
                store=seen,
                access=access,
                fetch=fetcher,
                prepare=parsers,
                embedder=CachedEmbedder(
                    embedder=embedder,
                    cache=cache,
                    batch_size=own.embed_batch,
                    # one more than there are models, so that none of them waits for its next batch
                    line=TenantLine(settings.embedding.workers + 1, slot=slot),
                ),
                writes=TenantLine(settings.vector_store.pool_size, slot=slot),
                clock=utc_now,
                ocr=ocr,
            ),
            checks={"vector_store": store.ping, "parsers": parsers.check},
            vital={"vector_store": store},
            aside=aside,
            live={"vector_store": store.stuck},
            index=name,
            tells=lambda appended_ms: indexes.known.tells(name, appended_ms),
            gone=lambda: _gone(indexes, name),
        )


def _index(indexes: IndexFollower, name: str) -> Index:
    """Return the index to fill.

    Raises:
        Unavailable: it is not there, or being removed; it may still come.
    """
    if (found := indexes.known.find(name)) is not None:
        return found
    hint = (
        "this ingestor has nothing to do"
        if name == BASE_INDEX
        else f"make it with `ragline reindex start --to {name}`, or remove this ingestor"
    )
    raise Unavailable(f"there is no index {name}: {hint}")


def _gone(indexes: IndexFollower, name: str) -> str | None:
    return None if indexes.known.find(name) else f"index {name} is no longer there"


@asynccontextmanager
async def _open_ocr(
    own: IngestorSettings, slot: DeliverySlot, metrics: Metrics, aside: Aside
) -> AsyncIterator[OcrLane | None]:
    """Start the one process that reads scanned pages, if they are to be read.

    Raises:
        Misconfigured: the engine is not installed.
    """
    if not own.ocr:
        yield None
        return
    # parsers load slowly, and only their own processes need them
    from ragline_ingestor.parsers.pdf.ocr import can_read_pictures

    if not can_read_pictures():
        raise Misconfigured(
            "RAGLINE_INGESTOR__OCR is true, but no OCR engine is installed: install"
            " ragline-ingestor[ocr]"
        )
    options = ParserOptions(
        limits=replace(own.parse_limits(), ocr=Ocr.NOW),
        sizes=own.chunk_sizes(),
        process=own.ocr_process_limits(),
    )
    async with open_parser_pool(
        options,
        workers=1,
        timeout_s=own.ocr_timeout_s,
        slot=slot,
        on_loss=lambda reason: metrics.count("ragline_parsers_lost_total", reason=reason),
    ) as reader:
        yield OcrLane(prepare=reader, publish=aside)


@asynccontextmanager
async def _open_fetcher(own: IngestorSettings) -> AsyncIterator[Fetcher]:
    rules = UriRules(allowed=own.allowed_uris, private_hosts=own.private_hosts)
    async with open_http_reader(rules, max_bytes=own.max_content_bytes) as http:
        yield Fetcher(
            rules=rules,
            readers={
                "http": http,
                "https": http,
                "": FileReader(max_bytes=own.max_content_bytes),
            },
            max_bytes=own.max_content_bytes,
            timeout_s=own.fetch_timeout_s,
        )


def _parser_options(own: IngestorSettings) -> ParserOptions:
    return ParserOptions(
        limits=own.parse_limits(), sizes=own.chunk_sizes(), process=own.process_limits()
    )


def preload(settings: Settings) -> None:
    """Import what runs the model, and the client of the store."""
    import_runtime(settings.embedding)
    import_client(settings.vector_store.kind)


SPEC = ServiceSpec(
    service=Service.INGESTOR,
    inbound=(DOCUMENTS, DOCUMENT_ACCESS, DOCUMENTS_OCR),
    outbound=(DOCUMENT_STATUS, DOCUMENT_ACCESS, DOCUMENTS_OCR),
    delivery=DocumentDelivery(),
    settings=Settings,
    compose=compose,
    follows_indexes=True,
    preload=preload,
)
