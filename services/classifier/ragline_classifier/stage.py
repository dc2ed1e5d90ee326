"""The classifier stage: adds intent, standalone text, entities, filters and plan to a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ragline.clock import Clock
from ragline.contracts.queries import QueryClassified, QuerySubmitted
from ragline.ladder import Ladder
from ragline_classifier import entities, filters
from ragline_classifier.intent import IntentModel
from ragline_classifier.plans import PlanBook
from ragline_classifier.rewriting import Rewriter

# One optional model call may use this share of the remaining time; later stages need the rest
_OPTIONAL_SHARE = 0.25


class ClassifierStage:
    """Analyses and plans one question.

    Args:
        intent_model: classifies the standalone text.
        rewriter: makes a follow-up standalone.
        plans: chooses how to search.
        clock: the current instant, aware.
        ladder: which steps to skip when time is short.
        expected_wait: seconds that the question is expected to wait in the later stages.
        default_deadline_s: seconds from submission, if neither question nor plan sets a deadline.
        model_timeout_s: maximum seconds for one call of `intent_model` or `rewriter`.
    """

    def __init__(
        self,
        *,
        intent_model: IntentModel,
        rewriter: Rewriter,
        plans: PlanBook,
        clock: Clock,
        ladder: Ladder,
        expected_wait: Callable[[], float],
        default_deadline_s: float,
        model_timeout_s: float,
    ) -> None:
        self._intent_model = intent_model
        self._rewriter = rewriter
        self._plans = plans
        self._clock = clock
        self._ladder = ladder
        self._expected_wait = expected_wait
        self._default_deadline = timedelta(seconds=default_deadline_s)
        self._model_timeout_s = model_timeout_s

    async def __call__(self, event: QuerySubmitted) -> QueryClassified:
        """Return `event` with times, standalone text, intent, entities, filters and plan."""
        submitted_at = event.submitted_at or self._clock()
        deadline = event.deadline or submitted_at + self._default_deadline
        rewrite = await self._rewriter.rewrite(
            event.text, event.history, timeout=self._timeout(deadline)
        )
        prediction = await self._intent_model.classify(
            rewrite.text, timeout=self._timeout(deadline)
        )
        plan = self._plans.choose(prediction)
        if event.deadline is None and plan.deadline_s is not None:
            deadline = submitted_at + timedelta(seconds=plan.deadline_s)
        lowered = self._ladder.lower(plan, self._left(deadline) - self._expected_wait())
        found = filters.recognise(rewrite.text, intent=prediction.intent, now=submitted_at)
        return event.grown(
            QueryClassified,
            submitted_at=submitted_at,
            deadline=deadline,
            intent=prediction.intent,
            confidence=prediction.confidence,
            standalone_text=rewrite.text,
            entities=entities.extract(rewrite.text),
            filters=filters.merge(event.filters, found),
            plan=lowered.plan,
            degradations=(
                *rewrite.degradations,
                *prediction.degradations,
                *lowered.degradations,
            ),
        )

    def _timeout(self, deadline: datetime) -> float:
        return min(self._model_timeout_s, max(self._left(deadline), 0.0) * _OPTIONAL_SHARE)

    def _left(self, deadline: datetime) -> float:
        return (deadline - self._clock()).total_seconds()
