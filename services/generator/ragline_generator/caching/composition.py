"""Composition of the answer cache: for whom, where, and what answers are made with."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

from redis.asyncio import Redis

from ragline.adapters.redis.answer_cache import RedisAnswerCache
from ragline.clock import utc_now
from ragline.messaging.composition import Stage
from ragline.observability.metrics import Metrics
from ragline.ports.answers import TokenStream
from ragline.settings import ServiceSettings
from ragline_generator.caching.stage import CachingStage, LookUp
from ragline_generator.settings import GeneratorSettings
from ragline_generator.stage import GeneratorStage

_log = logging.getLogger(__name__)

EVERY_TENANT = "*"
_SOURCES = {".py", ".md", ".toml"}
# All other settings count, those of the future too: they may change what an answer says
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
    """Return `stage` behind the answer cache, or as it is where no tenant has one."""
    own = settings.generator
    if not own.cache_tenants:
        return stage

    def failed(operation: str) -> None:
        metrics.without("answer_cache")
        _log.warning("going on without the answer cache: %s", operation)

    def counted(outcome: LookUp) -> None:
        metrics.count("ragline_answer_cache_total", outcome=outcome)

    return CachingStage(
        stage,
        cache=RedisAnswerCache(redis, ttl_s=own.cache_ttl_s, on_failure=failed),
        made_with=made_with(settings),
        covers=lambda tenant: not {tenant, EVERY_TENANT}.isdisjoint(own.cache_tenants),
        stream=stream,
        clock=utc_now,
        on_look_up=counted,
    )


def made_with(settings: GeneratorSettings) -> str:
    """Return what decides how answers are written and checked: models, rules, and this release."""
    stated = {
        "release": _digest(Path(__file__).parents[1]),
        "prompts": _digest(Path(own)) if (own := settings.generator.prompts_dir) else None,
        "with_model": settings.llm.configured,  # by its key alone, too, which is not stated
        "settings": settings.model_dump(mode="json", exclude=_WITHOUT_EFFECT),
    }
    return json.dumps(stated, sort_keys=True)


def _digest(folder: Path) -> str:
    """Return a digest of a folder's code, prompts and tables: other ones give other answers."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _SOURCES):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            digest.update(hashlib.blake2b(part).digest())
    return digest.hexdigest()
