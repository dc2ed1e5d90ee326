"""Asks every question in every configuration, and records the ranked documents."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ragline.clock import utc_now
from ragline.contracts.plan import Plan
from ragline.contracts.queries import (
    Candidate,
    CandidatesRanked,
    CandidatesRetrieved,
    Options,
    QueryClassified,
    QuerySubmitted,
)
from ragline_classifier.intent import Prediction
from ragline_evaluation.dataset import Question
from ragline_evaluation.retrieval.configurations import Configuration, Plans
from ragline_evaluation.stages import Stages
from ragline_retriever.searcher import searches_of

# long enough that a slow machine does not skip steps that are measured
_PATIENCE = timedelta(hours=1)
# the maximum number of passages, to get the complete order of the reranker
_ALL = Options(top_k=50, stream=False)


@dataclass(slots=True)
class RetrievalOutcome:
    """The outcome of a configuration: per question its documents, best first, and its cost."""

    ranked: dict[str, list[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    searches: int = 0
    read: int = 0
    degradations: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Asked:
    """The outcomes of all configurations, and the intent and plan of each question."""

    outcomes: dict[str, RetrievalOutcome]
    intents: dict[str, str] = field(default_factory=dict)
    plans: dict[str, str] = field(default_factory=dict)


async def ask_all(
    stages: Stages,
    questions: Sequence[Question],
    configurations: Sequence[Configuration],
    *,
    tenant: str,
    depth: int | None,
    progress: Callable[[int], None],
    hops: int | None = None,
    reference: Callable[[str], list[str]] | None = None,
) -> Asked:
    """Ask each question once in each configuration, one after the other.

    Sequentially, so that concurrent questions do not influence a latency.

    Args:
        stages: the stages to run.
        questions: the questions to ask.
        configurations: the configurations to compare.
        tenant: the tenant of the documents.
        depth: candidates of each search and after fusion; None leaves it to the plans.
        progress: called when a question is done.
        hops: further looks at most; None leaves it to the plans.
        reference: returns the best documents' ids for a question; for configurations without a
            plan.
    """
    asked = Asked(outcomes={each.name: RetrievalOutcome() for each in configurations})
    for question in questions:
        understood = await _understand(stages, question, tenant)
        asked.intents[question.id] = understood.intent.value
        asked.plans[question.id] = understood.plan.name
        plans = Plans(
            balanced=stages.plans.balanced,
            chosen=understood.plan,
            seed=stages.seed.choose(_prediction(understood)),
        )
        for configuration in configurations:
            outcome = asked.outcomes[configuration.name]
            if configuration.plan is None:
                assert reference is not None  # noqa: S101  # the command gives one
                _ask_reference(reference, question, outcome)
                continue
            plan = configuration.plan(plans)
            looks = hops if configuration.looks_again else 0
            event = understood.model_copy(update={"plan": _changed(plan, depth=depth, hops=looks)})
            await _ask(stages, event, configuration, outcome)
        progress(1)
    return asked


def _prediction(event: QueryClassified) -> Prediction:
    certain = {event.intent: event.confidence}
    return Prediction(intent=event.intent, confidence=event.confidence, probabilities=certain)


async def _understand(stages: Stages, question: Question, tenant: str) -> QueryClassified:
    submitted = QuerySubmitted(
        query_id=question.id[:128],
        text=question.text,
        tenant=tenant,
        deadline=utc_now() + _PATIENCE,
    )
    event = await stages.classify(submitted)
    assert isinstance(event, QueryClassified)  # noqa: S101  # what this stage returns
    return event


def _ask_reference(
    reference: Callable[[str], list[str]], question: Question, outcome: RetrievalOutcome
) -> None:
    started = time.perf_counter()
    outcome.ranked[question.id[:128]] = reference(question.text)
    outcome.seconds.append(time.perf_counter() - started)
    outcome.searches += 1


async def _ask(
    stages: Stages, event: QueryClassified, configuration: Configuration, outcome: RetrievalOutcome
) -> None:
    found: Sequence[Candidate]
    started = time.perf_counter()
    retrieved = await stages.retrieve(event)
    assert isinstance(retrieved, CandidatesRetrieved)  # noqa: S101
    if configuration.reranks:
        ranked = await _ranked(stages, retrieved.model_copy(update={"options": _ALL}))
        found, degradations = ranked.passages, ranked.degradations
        outcome.read += sum(passage.rerank is not None for passage in ranked.passages)
        outcome.searches += sum(hop.searches for hop in ranked.hops)
    else:
        found, degradations = retrieved.candidates, retrieved.degradations
    outcome.seconds.append(time.perf_counter() - started)
    outcome.ranked[event.query_id] = _documents(found)
    outcome.searches += len(searches_of(event))
    outcome.degradations.update(degradations)


async def _ranked(stages: Stages, retrieved: CandidatesRetrieved) -> CandidatesRanked:
    event = await stages.rerank(retrieved)
    return event if isinstance(event, CandidatesRanked) else await stages.find(event)


def _changed(plan: Plan, *, depth: int | None, hops: int | None) -> Plan:
    changes = {} if depth is None else {"depth": depth, "candidates": min(depth, 200)}
    return plan.model_copy(update=changes | ({} if hops is None else {"hops": hops}))


def _documents(found: Iterable[Candidate]) -> list[str]:
    """Return the documents in the order of their best chunk."""
    return list(dict.fromkeys(each.document_id for each in found))
