"""Answers are counted once each, by what they say of themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.monitor.conftest import World, answer
from tests.unit.monitor.memory import NOW

from ragline.contracts.answers import (
    AnswerStatus,
    Cached,
    Claim,
    ClaimSupport,
    Degradation,
    StageTiming,
    Usage,
    Validation,
)
from ragline.contracts.hops import Hop
from ragline.contracts.plan import Intent


def claims(*verdicts: ClaimSupport) -> Validation:
    made = tuple(Claim(text="c", start=0, end=1, support=each, score=1.0) for each in verdicts)
    return Validation(method="words", claims=made)


async def test_answers_count_by_status_intent_and_plan(world: World) -> None:
    await world.show(answer("q1"))
    await world.show(answer("q2"))
    await world.show(answer("q3", status=AnswerStatus.REFUSED, intent=Intent.PROCEDURAL))
    await world.show(answer("q4", status=AnswerStatus.FAILED, intent=None, plan=None))

    assert world.samples("answers_total") == {
        ("answered", "factual", "factual"): 2,
        ("refused", "procedural", "factual"): 1,
        ("failed", "unknown", "unknown"): 1,
    }
    hour = world.hour()
    assert hour.amounts["answers"] == 4
    assert hour.mix("status") == {"answered": 2, "refused": 1, "failed": 1}
    assert hour.mix("intent") == {"factual": 2, "procedural": 1, "unknown": 1}
    assert hour.mix("plan") == {"factual": 3, "unknown": 1}


async def test_a_repeat_counts_once_also_after_a_restart(world: World) -> None:
    usage = Usage(cost=0.5)
    await world.show(answer(usage=usage, degradations=("llm_skipped",)))
    await world.show(answer(usage=usage, degradations=("llm_skipped",)))
    world.stage = world.restarted()
    await world.show(answer(usage=usage, degradations=("llm_skipped",)))

    assert world.samples("answers_total") == {("answered", "factual", "factual"): 1}
    assert world.value("cost_dollars_total", plan="factual") == 0.5
    assert world.value("degradations_total", kind="llm_skipped") == 1
    assert world.value("repeats_total", topic="answers") == 2
    assert world.hour().amounts["answers"] == 1
    assert world.hour().amounts["cost"] == 0.5


async def test_a_later_attempt_is_an_answer_of_its_own(world: World) -> None:
    await world.show(answer(status=AnswerStatus.FAILED))
    await world.show(answer(attempt=2))
    assert world.hour().mix("status") == {"failed": 1, "answered": 1}


async def test_support_is_counted_claim_by_claim(world: World) -> None:
    supported, unsupported = ClaimSupport.SUPPORTED, ClaimSupport.UNSUPPORTED
    await world.show(answer("q1", validation=claims(supported, supported, unsupported)))
    await world.show(answer("q2", validation=claims()))
    await world.show(answer("q3"))

    assert world.value("claims_total", support="supported") == 2
    assert world.value("claims_total", support="unsupported") == 1
    assert (world.hour().amounts["claims"], world.hour().amounts["supported"]) == (3, 2)


async def test_tokens_money_and_what_compression_saved_add_up(world: World) -> None:
    usage = Usage(
        prompt_tokens=500,
        completion_tokens=40,
        context_tokens_before=1_800,
        context_tokens_after=480,
        cost=0.002,
    )
    await world.show(answer("q1", usage=usage))
    await world.show(answer("q2", usage=usage.model_copy(update={"cost": None})))

    assert world.value("model_tokens_total", kind="prompt") == 1_000
    assert world.value("model_tokens_total", kind="completion") == 80
    assert world.value("context_tokens_total", when="before") == 3_600
    assert world.value("context_tokens_total", when="after") == 960
    assert world.value("cost_dollars_total", plan="factual") == 0.002


async def test_a_cached_answer_saved_no_tokens_by_compression(world: World) -> None:
    usage = Usage(context_tokens_before=1_800, context_tokens_after=480, cost=0.0)
    await world.show(answer(usage=usage, cached=Cached(answered_at=NOW)))

    assert world.value("cached_answers_total") == 1
    assert world.samples("context_tokens_total") == {}
    assert world.hour().amounts["cached"] == 1


async def test_the_time_is_from_the_first_queue_to_the_answer(world: World) -> None:
    queued = (NOW - timedelta(seconds=3)).timestamp() * 1_000
    stages = (("classifier", queued), ("retriever", queued + 500))
    timings = tuple(
        StageTiming(stage=stage, queued=at, started=at, finished=at) for stage, at in stages
    )
    await world.show(answer("q1", timings=timings))
    await world.show(answer("q2"))

    assert world.value("answer_seconds_count", status="answered") == 1
    assert world.value("answer_seconds_sum", status="answered") == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize(
    ("score", "counted"),
    [
        (0.0, {"0": 1}),
        (0.049, {"0": 1}),
        (0.05, {"1": 1}),
        (0.999, {"19": 1}),
        (1.0, {"19": 1}),
        (1.7, {"19": 1}),
        (-0.2, {"0": 1}),
        (float("nan"), {}),
        (float("inf"), {}),
        (None, {}),
    ],
)
async def test_the_best_passage_s_score_is_in_one_of_twenty_parts(
    world: World, score: float | None, counted: dict[str, float]
) -> None:
    await world.show(answer(top_score=score))
    assert world.hour().mix("score") == counted


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -1.0])
async def test_a_cost_that_is_none_spoils_no_counter(world: World, cost: float) -> None:
    await world.show(answer("q1", usage=Usage(cost=cost, prompt_tokens=-5)))
    await world.show(answer("q2", usage=Usage(cost=1.5, prompt_tokens=5)))
    assert world.value("cost_dollars_total", plan="factual") == 1.5
    assert world.value("model_tokens_total", kind="prompt") == 5
    assert world.hour().amounts["cost"] == 1.5


async def test_an_odd_clock_spoils_no_histogram(world: World) -> None:
    def at(instant: float) -> tuple[StageTiming, ...]:
        return (StageTiming(stage="s", queued=instant, started=0, finished=0),)

    later: Any = (NOW + timedelta(hours=1)).timestamp() * 1_000
    for number, queued in enumerate((float("nan"), later)):
        await world.show(answer(f"q{number}", timings=at(queued)))
    assert world.value("answer_seconds_count", status="answered") == 1
    assert world.value("answer_seconds_sum", status="answered") == 0


async def test_further_looks_are_counted_by_why_they_were_made(world: World) -> None:
    looks = (
        Hop(reason="bridge", queries=("q",), found=2),
        Hop(reason="from_the_future", queries=("q",)),
    )
    await world.show(answer("q", hops=looks))
    await world.show(answer("q", hops=looks))
    assert world.samples("hops_total") == {("bridge", "yes"): 1, ("other", "no"): 1}


async def test_unknown_degradations_and_ever_new_plans_make_no_new_labels(world: World) -> None:
    await world.show(answer("q", degradations=(Degradation.LLM, "from_the_future", "another")))
    assert world.samples("degradations_total") == {("llm_skipped",): 1, ("other",): 2}

    for number in range(100):
        await world.show(answer(f"q{number}", plan=f"plan {number}"))
    plans = {labels[2] for labels in world.samples("answers_total")}
    assert len(plans) == 33
    assert "other" in plans
