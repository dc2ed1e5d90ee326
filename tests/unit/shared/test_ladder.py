"""Short of time, a question goes without the optional: in this order, and each once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Plan, SearchKind
from ragline.ladder import Ladder, Rung

PLAN = Plan(name="p", weights={SearchKind.VECTOR: 0.5, SearchKind.KEYWORD: 0.4}, rerank_depth=20)
LADDER = Ladder(one_look_s=7, less_rerank_s=6, no_rerank_s=4, keyword_only_s=3.5, extractive_s=3)
SECONDS = st.floats(-5, 60)


@pytest.mark.parametrize(
    ("seconds", "depth", "searches", "extractive", "without"),
    [
        (6.0, 20, 2, False, ()),
        (5.9, 10, 2, False, (Degradation.RERANK_DEPTH,)),
        (3.9, 0, 2, False, (Degradation.RERANK,)),
        (3.4, 0, 1, False, (Degradation.RERANK, Degradation.VECTOR)),
        (2.9, 0, 1, True, (Degradation.RERANK, Degradation.VECTOR)),
        (-1.0, 0, 1, True, (Degradation.RERANK, Degradation.VECTOR)),
    ],
)
def test_rung_by_rung(
    seconds: float,
    depth: int,
    searches: int,
    extractive: bool,
    without: tuple[Degradation, ...],
) -> None:
    lowered = LADDER.lower(PLAN, seconds)
    assert lowered.plan.rerank_depth == depth
    assert len(lowered.plan.searches) == searches
    assert lowered.plan.extractive is extractive
    assert lowered.degradations == without


def test_a_plan_without_keyword_search_keeps_what_it_has() -> None:
    plan = PLAN.model_copy(update={"weights": {SearchKind.VECTOR: 1.0}})
    lowered = LADDER.lower(plan, 1.0)
    assert lowered.plan.searches == (SearchKind.VECTOR,)
    assert Degradation.VECTOR not in lowered.degradations


def test_keyword_only_names_every_search_that_is_left_out() -> None:
    weights = dict.fromkeys(SearchKind, 0.3)
    lowered = LADDER.lower(PLAN.model_copy(update={"weights": weights}), 1.0)
    assert {Degradation.VECTOR, Degradation.METADATA} <= set(lowered.degradations)


@given(SECONDS, st.sets(st.sampled_from(Rung)))
def test_lowering_twice_is_lowering_once(seconds: float, rungs: set[Rung]) -> None:
    once = LADDER.lower(PLAN, seconds, rungs)
    again = LADDER.lower(once.plan, seconds, rungs, without=once.degradations)
    assert again.plan == once.plan
    assert again.degradations == ()


@given(SECONDS, SECONDS)
def test_less_time_never_brings_more_work(one: float, other: float) -> None:
    less, more = sorted((one, other))
    short, long = LADDER.lower(PLAN, less).plan, LADDER.lower(PLAN, more).plan
    assert short.rerank_depth <= long.rerank_depth
    assert len(short.searches) <= len(long.searches)
    assert short.extractive >= long.extractive


@given(SECONDS, st.sets(st.sampled_from(Rung)))
def test_only_the_rungs_asked_for_are_taken(seconds: float, rungs: set[Rung]) -> None:
    plan = LADDER.lower(PLAN, seconds, rungs).plan
    if not rungs & {Rung.LESS_RERANK, Rung.NO_RERANK}:
        assert plan.rerank_depth == PLAN.rerank_depth
    if Rung.KEYWORD_ONLY not in rungs:
        assert plan.searches == PLAN.searches
    if Rung.EXTRACTIVE not in rungs:
        assert not plan.extractive
