"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from ragline.adapters.models import open_embedder
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache
from ragline.adapters.redis.optional import optional_redis
from ragline.adapters.stores.guarded import open_guarded_store
from ragline.clock import utc_now
from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    Service,
)
from ragline.errors import Misconfigured
from ragline.messaging.aside import Aside
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
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
from ragline_ingestor.sandbox.messages import ParserOptions
from ragline_ingestor.sandbox.parser_pool import open_parser_pool
from ragline_ingestor.settings import IngestorSettings, Settings
from ragline_ingestor.stage import IngestorStage
from ragline_ingestor.tenant_line import TenantLine
from ragline_ingestor.uri_rules import UriRules


@asynccontextmanager
async def compose(settings: Settings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Load the model, open store, cache and readers, start the parsers, build the stage.

    Raises:
        Unavailable: the store is down, a parser process does not start, or the model must be
            downloaded and the hub does not answer.
        FingerprintMismatch: the store holds vectors of another model.
        Misconfigured: the model, the store or the cache cannot be used with these settings.
    """
    own, slot = settings.ingestor, DeliverySlot()
    async with (
        open_embedder(settings.embedding) as embedder,
        open_guarded_store(
            settings.vector_store, settings.circuit, embedder=embedder, metrics=metrics
        ) as store,
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
        aside = Aside()
        ocr = await stack.enter_async_context(_open_ocr(own, slot, metrics, aside))
        cache = RedisEmbeddingCache(
            optional_redis(redis, "embedding_cache", metrics),
            ttl_s=settings.redis.embedding_ttl_s,
            fill=settings.redis.cache_fill,
        )
        access = AccessLog(store=store, record=aside, everything=own.record_all_access)
        yield Composition(
            stage=IngestorStage(
                store=store,
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
            checks={"vector_store": store.ping},
            vital={"vector_store": store},
            aside=aside,
            live={"vector_store": store.stuck},
        )


@asynccontextmanager
async def _open_ocr(
    own: IngestorSettings, slot: DeliverySlot, metrics: Metrics, aside: Aside
) -> AsyncIterator[OcrLane | None]:
    """Start the one process that reads scanned pages, if they are to be read.

    Raises:
        Misconfigured: the engine is not installed.
        Unavailable: the process does not start.
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


SPEC = ServiceSpec(
    service=Service.INGESTOR,
    inbound=(DOCUMENTS, DOCUMENT_ACCESS, DOCUMENTS_OCR),
    outbound=(DOCUMENT_STATUS, DOCUMENT_ACCESS, DOCUMENTS_OCR),
    delivery=DocumentDelivery(),
    settings=Settings,
    compose=compose,
)
