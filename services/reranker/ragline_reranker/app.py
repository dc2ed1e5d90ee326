"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from ragline.adapters.llm.guarded import ModelGuard
from ragline.adapters.models import open_cross_encoder
from ragline.adapters.models.cross_encoder import LateCrossEncoder
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.presences import present
from ragline.adapters.redis.progress import open_progress
from ragline.adapters.stores.analysis import keyword_terms
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, CANDIDATES, INTENTS, RANKED, Service
from ragline.errors import Misconfigured
from ragline.ladder import Rung
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.service import ServiceSpec
from ragline.model_settings import RerankerSettings
from ragline.observability.metrics import Metrics
from ragline.ports.models import CrossEncoder
from ragline_reranker.cross_encoder_reranker import CrossEncoderReranker
from ragline_reranker.hop_judge import HopJudge, RuleJudge
from ragline_reranker.llm_judge import LlmJudge
from ragline_reranker.pace import Pace
from ragline_reranker.reader import Reader
from ragline_reranker.reranker import Chain, Reranker
from ragline_reranker.settings import Settings
from ragline_reranker.stage import RerankerStage
from ragline_reranker.sub_query_reranker import SubQueryReranker
from ragline_reranker.wording_reranker import WordingReranker, packaged

# About as long as a typical chunk: the time for it is the first estimate of the pace
_SAMPLE = ["The broker confirms a message once it is stored on disk. " * 14] * 8


@asynccontextmanager
async def compose(settings: Settings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Load and warm up the cross-encoder if one takes part, and build the stage.

    A cross-encoder that cannot be fetched comes later; until then readiness says `degraded`.

    Raises:
        Misconfigured: the model's files cannot be used, or `llm` wanted and not configured.
    """
    pace, guard = Pace(), ModelGuard(settings.circuit, metrics)
    async with (
        _open_judge(settings, guard) as judge,
        _open_cross_encoder(settings.reranker, pace, metrics) as cross_encoder,
        open_redis(settings.redis) as redis,
        watching_ledger(redis, metrics) as watch,
        present(redis, Service.RERANKER),
    ):
        yield Composition(
            stage=RerankerStage(
                reranker=_reranker(settings.reranker, cross_encoder, pace),
                sub_queries=SubQueryReranker(terms=keyword_terms, wording=_wording()),
                judge=judge,
                clock=utc_now,
                ladder=settings.ladder.ladder(),
                # to compare words takes no time that would be missed
                rungs={Rung.LESS_RERANK, Rung.NO_RERANK} if cross_encoder else (),
                most_bytes=settings.events.candidate_bytes(settings.kafka.max_request_size),
            ),
            ledger=open_ledger(redis, settings),
            progress=open_progress(redis, settings, metrics),
            degraded={**guard.degraded, "ledger": watch.trouble}
            | ({"cross-encoder": cross_encoder.missing} if cross_encoder else {}),
        )


@asynccontextmanager
async def _open_judge(settings: Settings, guard: ModelGuard) -> AsyncIterator[HopJudge]:
    """Open the language model that judges, or yield the rules where none is wanted."""
    if settings.reranker.second_look == "rules":
        yield RuleJudge()
        return
    if not settings.llm.configured:
        raise Misconfigured(
            "the reranker is set to ask a language model: set RAGLINE_LLM__BASE_URL or "
            "RAGLINE_LLM__API_KEY, or RAGLINE_RERANKER__SECOND_LOOK=rules"
        )
    # the client takes half a second to import, which a start without a model need not wait for
    from ragline.adapters.llm.openai import open_language_model

    async with open_language_model(settings.llm, guard=guard) as model:
        seconds = settings.reranker.llm_timeout_s
        yield LlmJudge(model=model, fallback=RuleJudge(), timeout_s=seconds)


@asynccontextmanager
async def _open_cross_encoder(
    settings: RerankerSettings, pace: Pace, metrics: Metrics
) -> AsyncIterator[LateCrossEncoder | None]:
    """Open the cross-encoder, or yield None where none takes part."""
    if not settings.by_cross_encoder:
        yield None
        return
    warm = partial(_warm, pace)
    async with open_cross_encoder(settings, warm=warm, metrics=metrics) as cross_encoder:
        yield cross_encoder


def _reranker(settings: RerankerSettings, model: CrossEncoder | None, pace: Pace) -> Reranker:
    """Return the rerankers that the settings name, in the order in which they work."""
    rerankers: list[Reranker] = []
    if settings.by_wording:
        rerankers.append(_wording())
    if model is not None:
        reader = Reader(cross_encoder=model, clock=utc_now, pace=pace)
        rerankers.append(CrossEncoderReranker(reader=reader, clock=utc_now))
    return Chain(*rerankers)


def _wording() -> WordingReranker:
    return WordingReranker(terms=keyword_terms, wording=packaged())


async def _warm(pace: Pace, cross_encoder: CrossEncoder) -> None:
    """Run the model once to warm it up, and once more to measure its pace."""
    await cross_encoder.score("warm-up", _SAMPLE)
    started = time.perf_counter()
    await cross_encoder.score("What does the broker confirm?", _SAMPLE)
    pace.observe(len(_SAMPLE), time.perf_counter() - started)


SPEC = ServiceSpec(
    service=Service.RERANKER,
    inbound=(CANDIDATES,),
    outbound=(INTENTS, RANKED, ANSWERS),
    delivery=QueryDelivery(),
    settings=Settings,
    compose=compose,
)
