"""Counts answers: their status, degradations, support of claims and cost."""

from __future__ import annotations

from ragline.clock import epoch_ms
from ragline.contracts.answers import Degradation, QueryAnswered
from ragline.contracts.hops import HopReason
from ragline.contracts.topics import ANSWERS
from ragline.ports.answers import Attempt
from ragline_monitor.amounts import amount, seconds
from ragline_monitor.feedback import Ratings
from ragline_monitor.history import tally_of
from ragline_monitor.labels import UNKNOWN, Bounded, known
from ragline_monitor.ports import About, Memory, Meter

# The operator defines a handful of plans; more names must be a mistake
_MOST_PLANS = 32
_DEGRADATIONS = frozenset(Degradation)
_REASONS = frozenset(HopReason)


class AnswerCounter:
    """Counts each attempt's answer once, however often its record is delivered."""

    def __init__(self, *, meter: Meter, memory: Memory, ratings: Ratings) -> None:
        self._meter = meter
        self._memory = memory
        self._ratings = ratings
        self._plan = Bounded(_MOST_PLANS)

    async def note(self, answer: QueryAnswered) -> None:
        """Count an answer, and the ratings that arrived before it."""
        about = About(
            tenant=answer.tenant,
            intent=answer.intent or UNKNOWN,
            plan=self._plan(answer.plan),
        )
        degradations = [known(kind, _DEGRADATIONS) for kind in answer.degradations]
        early = await self._memory.answered(
            Attempt.of(answer),
            about,
            at=answer.answered_at,
            tally=tally_of(answer, about, degradations=degradations),
        )
        if early is None:
            self._meter.count("ragline_monitor_repeats_total", topic=ANSWERS.name)
            return
        self._count(answer, about, degradations)
        for rating in early:
            await self._ratings.count(rating, about)

    def _count(self, answer: QueryAnswered, about: About, degradations: list[str]) -> None:
        meter = self._meter
        meter.count(
            "ragline_monitor_answers_total",
            status=answer.status,
            intent=about.intent,
            plan=about.plan,
        )
        for kind in degradations:
            meter.count("ragline_monitor_degradations_total", kind=kind)
        for hop in answer.hops:
            found = "yes" if hop.found else "no"
            reason = known(hop.reason, _REASONS)
            meter.count("ragline_monitor_hops_total", reason=reason, found=found)
        for claim in answer.validation.claims if answer.validation is not None else ():
            meter.count("ragline_monitor_claims_total", support=claim.support)
        if answer.timings:
            queued = min(timing.queued for timing in answer.timings)
            elapsed = seconds(epoch_ms(answer.answered_at) - queued)
            if elapsed is not None:
                meter.observe("ragline_monitor_answer_seconds", elapsed, status=answer.status)
        self._count_usage(answer, about)

    def _count_usage(self, answer: QueryAnswered, about: About) -> None:
        meter, usage = self._meter, answer.usage
        meter.count("ragline_monitor_cost_dollars_total", amount(usage.cost), plan=about.plan)
        for kind, tokens in (
            ("prompt", usage.prompt_tokens),
            ("completion", usage.completion_tokens),
        ):
            meter.count("ragline_monitor_model_tokens_total", amount(tokens), kind=kind)
        if answer.cached:
            meter.count("ragline_monitor_cached_answers_total")
            return  # the tokens were counted with the answer that was cached
        for when, tokens in (
            ("before", usage.context_tokens_before),
            ("after", usage.context_tokens_after),
        ):
            meter.count("ragline_monitor_context_tokens_total", amount(tokens), when=when)
