"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ragline import language
from ragline.adapters.llm.guarded import ModelGuard
from ragline.adapters.llm.server_tokenizer import open_server_tokenizer
from ragline.adapters.llm.tokenizers import SERVER, open_tokenizer
from ragline.adapters.models import open_opinion
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.optional import optional_redis
from ragline.adapters.redis.presences import present
from ragline.adapters.redis.progress import open_progress
from ragline.adapters.redis.token_stream import RedisTokenStream
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, RANKED, Service
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline.ports.models import LanguageModel, Tokenizer
from ragline_generator.caching.composition import with_cache
from ragline_generator.settings import GeneratorSettings
from ragline_generator.stage import GeneratorStage
from ragline_generator.validation.verdicts import Validator
from ragline_generator.writing import languages, prices, prompts
from ragline_generator.writing.writer import Writer

if TYPE_CHECKING:
    from ragline_generator.structured.schema_filler import SchemaFiller

_log = logging.getLogger(__name__)


@asynccontextmanager
async def compose(settings: GeneratorSettings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Open Redis and, if configured, the language model, and build the stage.

    There is no readiness check: without Redis, answers are complete but not streamed; without the
    model, they are extractive. `degradations` of the answer names either case. Readiness reports a
    model whose circuit breaker is open as degraded, and an entailment model that is not there yet.

    Raises:
        Misconfigured: the Redis URL is not valid, token counting by the server is set without a
            server, or the prices file, a prompt or the entailment model cannot be used.
    """
    price_table = prices.load(settings.llm.prices_file)
    own = settings.generator
    prompt_files = prompts.load(own.prompt, Path(own.prompts_dir or prompts.PACKAGED))
    await asyncio.to_thread(language.load)
    guard = ModelGuard(settings.circuit, metrics)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(open_redis(settings.redis))
        caches = await stack.enter_async_context(open_redis(settings.redis.caches))
        watch = await stack.enter_async_context(watching_ledger(redis, metrics))
        await stack.enter_async_context(present(redis, Service.GENERATOR))
        stream = RedisTokenStream(
            optional_redis(redis, "token_stream", metrics),
            ttl_s=settings.redis.stream_ttl_s,
            maxlen=settings.redis.stream_maxlen,
            coalesce_s=settings.redis.stream_coalesce_ms / 1_000,
        )
        opinion = await stack.enter_async_context(open_opinion(settings.opinion, metrics))
        tokenizer = await _tokenizer(settings, metrics, stack)
        model = await _model(settings, guard, stack)
        stage = GeneratorStage(
            stream=stream,
            tokenizer=tokenizer,
            clock=utc_now,
            ladder=settings.ladder.ladder(),
            validator=Validator(min_support=own.min_support, opinion=opinion),
            writer=_writer(settings, model) if model else None,
            filler=_filler(settings, model, tokenizer, price_table) if model else None,
            rules=own.rules(settings.llm),
            prices=price_table,
            prompts=prompt_files,
            languages=languages.packaged(),
        )
        yield Composition(
            stage=with_cache(stage, settings, redis=caches, stream=stream, metrics=metrics),
            ledger=open_ledger(redis, settings),
            progress=open_progress(redis, settings, metrics),
            degraded=guard.degraded
            | {"ledger": watch.trouble}
            | ({"second opinion": opinion.missing} if opinion else {}),
        )


async def _tokenizer(
    settings: GeneratorSettings, metrics: Metrics, stack: AsyncExitStack
) -> Tokenizer:
    local = open_tokenizer(settings.llm)
    if settings.llm.tokenizer != SERVER:
        return local

    def not_counted(reason: str) -> None:
        metrics.without("tokenizer")
        _log.warning("the server's tokenizer does not answer, tokens are estimated: %s", reason)

    return await stack.enter_async_context(
        open_server_tokenizer(settings.llm, estimate=local.count, on_failure=not_counted)
    )


async def _model(
    settings: GeneratorSettings, guard: ModelGuard, stack: AsyncExitStack
) -> LanguageModel | None:
    if not settings.llm.configured:
        return None
    # the client takes half a second to import, which a start without a model need not wait for
    from ragline.adapters.llm.openai import open_language_model

    return await stack.enter_async_context(open_language_model(settings.llm, guard=guard))


def _writer(settings: GeneratorSettings, model: LanguageModel) -> Writer:
    return Writer(model, limits=settings.generator.limits(settings.llm), clock=utc_now)


def _filler(
    settings: GeneratorSettings,
    model: LanguageModel,
    tokenizer: Tokenizer,
    price_table: prices.PriceTable,
) -> SchemaFiller:
    # as with the client: its validator of schemas takes half a second to import
    from ragline_generator.structured.schema_filler import SchemaFiller

    return SchemaFiller(
        model,
        limits=settings.generator.limits(settings.llm),
        tokenizer=tokenizer,
        rules=settings.generator.rules(settings.llm),
        prices=price_table,
        clock=utc_now,
    )


def preload(_: GeneratorSettings) -> None:
    """Load what tells languages apart."""
    language.load()


SPEC = ServiceSpec(
    service=Service.GENERATOR,
    inbound=(RANKED,),
    outbound=(ANSWERS,),
    delivery=QueryDelivery(reserves=True),
    settings=GeneratorSettings,
    compose=compose,
    preload=preload,
)
