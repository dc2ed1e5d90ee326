"""The services' own stages in this process, composed as the services compose them.

Measurements therefore apply to the deployed code, without Kafka.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import cast

from ragline.adapters.llm.guarded import ModelGuard
from ragline.contracts.base import Event
from ragline.contracts.queries import CandidatesRanked, QueryClassified
from ragline.messaging.composition import Stage
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline_classifier.app import load_plans
from ragline_classifier.app import open_stage as open_classifier_stage
from ragline_classifier.plans import PlanBook, load
from ragline_classifier.settings import Settings as ClassifierSettings
from ragline_generator.app import SPEC as GENERATOR
from ragline_reranker.app import SPEC as RERANKER
from ragline_retriever.app import open_stage as open_retriever_stage
from ragline_retriever.settings import Settings as RetrieverSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalStages:
    """One instance of each stage that finds passages."""

    classify: Stage
    retrieve: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStages(RetrievalStages):
    """One instance of each stage that processes questions."""

    rerank: Stage
    answer: Stage

    async def find(self, event: Event, *, hops: int | None = None) -> CandidatesRanked:
        """Return the passages of a classified question after all its looks.

        `hops` replaces the plan's number of further looks.
        """
        if hops is not None and isinstance(event, QueryClassified):
            event = event.model_copy(update={"plan": event.plan.model_copy(update={"hops": hops})})
        while True:
            event = await self.rerank(await self.retrieve(event))
            if isinstance(event, CandidatesRanked):
                return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages(QueryStages):
    """One instance of each stage; `plans` as configured, `seed` from the profile `seed`."""

    ingest: Stage
    plans: PlanBook
    seed: PlanBook


@asynccontextmanager
async def open_stages() -> AsyncIterator[Stages]:
    """Compose every stage with the settings of the environment. Raises as `open_query_stages`."""
    async with open_ingestor() as ingest, open_query_stages() as query:
        yield Stages(
            ingest=ingest,
            classify=query.classify,
            retrieve=query.retrieve,
            rerank=query.rerank,
            answer=query.answer,
            plans=load_plans(ClassifierSettings()),
            seed=load(profile="seed"),
        )


@asynccontextmanager
async def open_ingestor() -> AsyncIterator[Stage]:
    """Compose only the ingestor. Raises as `open_query_stages`."""
    from ragline_ingestor.app import SPEC as INGESTOR  # its parsers load slowly

    async with _open(INGESTOR) as ingest:
        yield ingest


@asynccontextmanager
async def open_query_stages() -> AsyncIterator[QueryStages]:
    """Compose the stages that process questions with the settings of the environment.

    Raises:
        Unavailable: the store is down, or a model's hub does not answer.
        Misconfigured: settings that cannot work.
    """
    async with AsyncExitStack() as stack:
        yield QueryStages(
            classify=await stack.enter_async_context(open_classifier()),
            retrieve=await stack.enter_async_context(open_retriever()),
            rerank=await stack.enter_async_context(_open(RERANKER)),
            answer=await stack.enter_async_context(_open(GENERATOR)),
        )


@asynccontextmanager
async def open_retrieval_stages() -> AsyncIterator[RetrievalStages]:
    """Compose the stages that find passages. Raises as `open_query_stages`."""
    async with open_classifier() as classify, open_retriever() as retrieve:
        yield RetrievalStages(classify=classify, retrieve=retrieve)


@asynccontextmanager
async def open_classifier() -> AsyncIterator[Stage]:
    """Compose only the classifier, without admission control.

    Raises:
        Misconfigured: settings that cannot work.
    """
    settings = ClassifierSettings()
    async with open_classifier_stage(settings, ModelGuard(settings.circuit, Metrics())) as stage:
        yield stage


@asynccontextmanager
async def open_retriever() -> AsyncIterator[Stage]:
    """Compose only the retriever, over the one index that the environment names.

    Redis is not told that it has the index open, so no change of the live index waits for it.
    Raises as `open_query_stages`.
    """
    async with open_retriever_stage(RetrieverSettings(), Metrics()) as opened:
        yield opened.stage


@asynccontextmanager
async def _open(spec: ServiceSpec) -> AsyncIterator[Stage]:
    async with spec.compose(spec.settings(), Metrics()) as composition:
        composition.aside.open(_keep_nowhere)
        yield cast("Stage", composition.stage)


async def _keep_nowhere(event: object) -> None:
    """Take what a stage publishes beside its result: a measurement rebuilds no index from it."""
