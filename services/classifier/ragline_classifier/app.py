"""Composition root: builds adapters and the stage from settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from ragline.adapters.llm.guarded import ModelGuard
from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.ledger import open_ledger
from ragline.adapters.redis.ledger_watch import watching_ledger
from ragline.adapters.redis.presences import present
from ragline.adapters.redis.progress import open_progress
from ragline.clock import utc_now
from ragline.contracts.topics import ANSWERS, INTENTS, QUERIES, Service
from ragline.errors import Misconfigured
from ragline.messaging.assignment import Assignment
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import QueryDelivery
from ragline.messaging.service import ServiceSpec
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics
from ragline.ports.models import LanguageModel
from ragline_classifier import local_model, plans
from ragline_classifier.admission import open_admission
from ragline_classifier.intent import IntentModel
from ragline_classifier.llm_intent import LlmIntentModel
from ragline_classifier.llm_rewriter import LlmRewriter
from ragline_classifier.rewriting import HeuristicRewriter, Rewriter
from ragline_classifier.settings import Settings
from ragline_classifier.stage import ClassifierStage


@asynccontextmanager
async def compose(settings: Settings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Watch the lag of the later stages and build the stage.

    Raises:
        Misconfigured: a bad plans file or model file, or `llm` wanted and not configured.
    """
    guard = ModelGuard(settings.circuit, metrics)
    waiting, assignment = WaitingTasks(), Assignment()
    async with (
        open_redis(settings.redis) as redis,
        watching_ledger(redis, metrics) as watch,
        present(redis, Service.CLASSIFIER),
        open_admission(settings, metrics, waiting=waiting, assignment=assignment) as admission,
        open_stage(settings, guard, expected_wait=admission.expected_wait) as stage,
    ):
        yield Composition(
            stage=stage,
            ledger=open_ledger(redis, settings),
            progress=open_progress(redis, settings, metrics),
            admission=admission,
            waiting=waiting,
            assignment=assignment,
            degraded={**guard.degraded, "ledger": watch.trouble},
        )


@asynccontextmanager
async def open_stage(
    settings: Settings, guard: ModelGuard, *, expected_wait: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[ClassifierStage]:
    """Open the language model if one is configured for use, and build only the stage.

    Raises:
        Misconfigured: a bad plans file or model file, or `llm` wanted and not configured.
    """
    own = settings.classifier
    async with AsyncExitStack() as stack:
        llm = await _language_model(settings, guard, stack)
        yield ClassifierStage(
            intent_model=_intent_model(settings, llm),
            rewriter=_rewriter(settings, llm),
            plans=load_plans(settings),
            clock=utc_now,
            ladder=settings.ladder.ladder(),
            expected_wait=expected_wait,
            default_deadline_s=settings.delivery.default_deadline_s,
            model_timeout_s=own.llm_timeout_s,
        )


def load_plans(settings: Settings) -> plans.PlanBook:
    """Read the plans of the configured profile.

    Raises:
        Misconfigured: a bad plans file.
    """
    own = settings.classifier
    return plans.load(own.plans_file or plans.PACKAGED, profile=own.profile)


async def _language_model(
    settings: Settings, guard: ModelGuard, stack: AsyncExitStack
) -> LanguageModel | None:
    own = settings.classifier
    if "llm" not in {own.intent_model, own.rewriter}:
        return None
    if not settings.llm.configured:
        raise Misconfigured(
            "the classifier is set to use a language model: set RAGLINE_LLM__BASE_URL or "
            "RAGLINE_LLM__API_KEY, or RAGLINE_CLASSIFIER__INTENT_MODEL=local and "
            "RAGLINE_CLASSIFIER__REWRITER=heuristic"
        )
    # the client takes half a second to import, which a start without a model need not wait for
    from ragline.adapters.llm.openai import open_language_model

    return await stack.enter_async_context(open_language_model(settings.llm, guard=guard))


def _intent_model(settings: Settings, llm: LanguageModel | None) -> IntentModel:
    local = local_model.load()
    if llm is None or settings.classifier.intent_model == "local":
        return local
    return LlmIntentModel(model=llm, fallback=local)


def _rewriter(settings: Settings, llm: LanguageModel | None) -> Rewriter:
    if llm is None or settings.classifier.rewriter == "heuristic":
        return HeuristicRewriter()
    return LlmRewriter(model=llm, fallback=HeuristicRewriter())


SPEC = ServiceSpec(
    service=Service.CLASSIFIER,
    inbound=(QUERIES,),
    outbound=(INTENTS, ANSWERS),
    delivery=QueryDelivery(),
    settings=Settings,
    compose=compose,
)
