"""Fills the store that is compared, and writes its passages down for the peers."""

from __future__ import annotations

import asyncio
import os

from ragline_cli.evaluate.compare.comparison_plan import NAME, ComparisonPlan
from ragline_cli.evaluate.progress import bar
from ragline_cli.evaluate.store import started_stack
from ragline_evaluation.compare.passages import PassageFiles, passages_of, write_passages

_WORKERS = "RAGLINE_EMBEDDING__WORKERS"


def prepare(comparison: ComparisonPlan) -> PassageFiles:
    """Ingest the documents into the store that is compared, and write down its passages."""
    with started_stack(comparison.kind, NAME, pipeline=False) as launcher:
        given = os.environ.get(_WORKERS)
        os.environ.update(launcher.plan.addresses.environment())
        os.environ.setdefault(_WORKERS, str(os.cpu_count() or 1))
        try:
            return asyncio.run(_passages(comparison))
        finally:
            if given is None:  # services have a number of workers of their own
                del os.environ[_WORKERS]


async def _passages(comparison: ComparisonPlan) -> PassageFiles:
    from ragline.adapters.models import open_embedder
    from ragline.adapters.redis.client import open_redis
    from ragline.adapters.redis.embedding_cache import RedisEmbeddingCache
    from ragline.adapters.redis.optional import optional_redis
    from ragline.adapters.stores.opening import open_reader
    from ragline.observability.metrics import Metrics
    from ragline_evaluation import ingesting
    from ragline_evaluation.stages import open_ingestor
    from ragline_retriever.settings import Settings

    events = comparison.material.events
    name, tenant = comparison.material.dataset.name, events[0].tenant
    with bar(f"{name}: ingesting", len(events)) as advance:
        async with open_ingestor() as stage:
            await ingesting.ingest(stage, events, advance)
    settings = Settings()
    async with (
        open_reader(settings.vector_store) as reader,
        open_embedder(settings.embedding) as embedder,
        open_redis(settings.redis.caches) as redis,
    ):
        cache = RedisEmbeddingCache(
            optional_redis(redis, "embedding_cache", Metrics()),
            ttl_s=settings.redis.embedding_ttl_s,
            fill=settings.redis.cache_fill,
        )
        ids = [event.document_id for event in events]
        passages = await passages_of(reader, ids, tenant=tenant)
        with bar(f"{name}: vectors", len(passages)) as advance:
            return await write_passages(
                comparison.peers.folder, passages, embedder, cache=cache, progress=advance
            )
