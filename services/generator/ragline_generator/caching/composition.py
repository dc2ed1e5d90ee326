"""Composition of the answer cache: its tenants, its store, and the digest of the setup."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from redis.asyncio import Redis

from ragline.adapters.redis.answer_cache import RedisAnswerCache
from ragline.adapters.redis.optional import optional_redis
from ragline.clock import utc_now
from ragline.messaging.composition import Stage
from ragline.observability.metrics import Metrics
from ragline.ports.answers import TokenStream
from ragline.settings import ServiceSettings
from ragline_generator.caching.stage import CachingStage, LookUp
from ragline_generator.settings import GeneratorSettings
from ragline_generator.stage import GeneratorStage

EVERY_TENANT = "*"
_SOURCES = {".py", ".md", ".toml"}
# All other settings are part of the key, also future ones: they may change the answer
_WITHOUT_EFFECT: dict[str, bool | set[str]] = {
    **dict.fromkeys(ServiceSettings.model_fields, True),
    "ladder": True,
    "llm": {"api_key", "timeout_s", "prices_file"},
    "generator": {
        "cache_tenants",
        "cache_ttl_s",
        "cancel_poll_s",
        "llm_attempts",
        "llm_least_s",
        "reserve_s",
    },
}


def with_cache(
    stage: GeneratorStage,
    settings: GeneratorSettings,
    *,
    redis: Redis,
    stream: TokenStream,
    metrics: Metrics,
) -> Stage:
    """Return `stage` behind the answer cache, or `stage` itself if no tenant uses the cache."""
    own = settings.generator
    if not own.cache_tenants:
        return stage

    def counted(outcome: LookUp) -> None:
        metrics.count("ragline_answer_cache_total", outcome=outcome)

    return CachingStage(
        stage,
        cache=RedisAnswerCache(
            optional_redis(redis, "answer_cache", metrics),
            ttl_s=own.cache_ttl_s,
            fill=settings.redis.cache_fill,
        ),
        made_with=made_with(settings),
        covers=lambda tenant: not {tenant, EVERY_TENANT}.isdisjoint(own.cache_tenants),
        stream=stream,
        clock=utc_now,
        on_look_up=counted,
    )


def made_with(settings: GeneratorSettings) -> str:
    """Return, as JSON, all that determines an answer's text: models, rules and this release."""
    stated = {
        "release": _digest(Path(__file__).parents[1]),
        "prompts": _digest(Path(own)) if (own := settings.generator.prompts_dir) else None,
        "with_model": settings.llm.configured,  # an API key is enough, and is not dumped
        "settings": settings.model_dump(mode="json", exclude=_WITHOUT_EFFECT),
    }
    return json.dumps(stated, sort_keys=True)


def _digest(folder: Path) -> str:
    """Return a digest of a folder's code, prompts and tables, which all influence answers."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _SOURCES):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            digest.update(hashlib.blake2b(part).digest())
    return digest.hexdigest()
