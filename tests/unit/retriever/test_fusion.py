"""Fusion: properties of both methods, and their values on small examples."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ragline_retriever.fusion import Method, fuse, min_max, reciprocal_rank

SEARCHES = ("keyword", "metadata", "vector")
METHODS = st.sampled_from(["score", "rrf"])
SCORES = st.dictionaries(
    st.integers(0, 15), st.floats(-100, 100).map(lambda x: round(x, 2)), max_size=10
)
RANKINGS = st.dictionaries(st.sampled_from(SEARCHES), SCORES, max_size=3)
WEIGHTS = st.fixed_dictionaries({name: st.floats(0, 1) for name in SEARCHES})

K = TypeVar("K")
V = TypeVar("V")
Rankings = Mapping[str, Mapping[int, float]]
Weights = Mapping[str, float]


def test_score_fusion_is_the_weighted_mean_of_min_max_scores() -> None:
    rankings = {"vector": {"a": 0.9, "b": 0.5, "c": 0.1}, "keyword": {"b": 8.0, "c": 2.0}}
    fused = fuse(rankings, {"vector": 0.75, "keyword": 0.25}, method="score")
    assert fused == pytest.approx({"a": 0.75, "b": 0.75 * 0.5 + 0.25, "c": 0.0})


def test_rank_fusion_is_the_weighted_mean_of_reciprocal_ranks_with_k_60() -> None:
    rankings = {"vector": {"a": 0.9, "b": 0.5}, "keyword": {"b": 8.0}}
    fused = fuse(rankings, {"vector": 0.5, "keyword": 0.5}, method="rrf")
    assert fused == pytest.approx({"a": 0.5, "b": 0.5 * 61 / 62 + 0.5})


def test_a_single_candidate_and_equal_scores_count_as_found() -> None:
    assert min_max({"a": -3.0}) == {"a": 1.0}
    assert min_max({"a": 7.0, "b": 7.0}) == {"a": 1.0, "b": 1.0}
    assert min_max({}) == {}


def test_equal_scores_share_the_better_rank() -> None:
    ranks = reciprocal_rank({"a": 3.0, "b": 3.0, "c": 1.0})
    assert ranks == pytest.approx({"a": 1.0, "b": 1.0, "c": 61 / 63})


def test_no_search_gives_nothing() -> None:
    assert fuse({}, {"vector": 1.0}, method="score") == {}


@given(RANKINGS, WEIGHTS, METHODS)
def test_fused_scores_are_in_the_unit_interval(
    rankings: Rankings, weights: Weights, method: Method
) -> None:
    assert all(0.0 <= score <= 1.0 for score in fuse(rankings, weights, method=method).values())


@given(RANKINGS, WEIGHTS, METHODS, st.randoms(use_true_random=False))
def test_the_order_of_searches_and_candidates_does_not_matter(
    rankings: Rankings, weights: Weights, method: Method, dice: random.Random
) -> None:
    shuffled = {name: dict(_shuffled(scores, dice)) for name, scores in _shuffled(rankings, dice)}
    assert fuse(shuffled, weights, method=method) == fuse(rankings, weights, method=method)


@given(RANKINGS, WEIGHTS, METHODS, st.sampled_from(SEARCHES))
def test_a_search_of_weight_zero_is_as_if_it_had_not_run(
    rankings: Rankings, weights: Weights, method: Method, absent: str
) -> None:
    without = {name: scores for name, scores in rankings.items() if name != absent}
    zeroed = {**weights, absent: 0.0}
    assert fuse(rankings, zeroed, method=method) == fuse(without, weights, method=method)


@given(RANKINGS, WEIGHTS, METHODS, st.floats(0.5, 4))
def test_only_the_ratio_of_weights_matters(
    rankings: Rankings, weights: Weights, method: Method, factor: float
) -> None:
    assume(all(weight == 0 or weight > 1e-6 for weight in weights.values()))
    scaled = {name: weight * factor for name, weight in weights.items()}
    fused = fuse(rankings, weights, method=method)
    assert fuse(rankings, scaled, method=method) == pytest.approx(fused)


@given(RANKINGS, WEIGHTS, METHODS, st.floats(0, 50), st.data())
def test_a_better_score_never_lowers_a_candidate(
    rankings: Rankings, weights: Weights, method: Method, gain: float, data: st.DataObject
) -> None:
    found = [(name, key) for name, scores in rankings.items() for key in scores]
    assume(found)
    name, key = data.draw(st.sampled_from(found))
    better = {**rankings, name: {**rankings[name], key: rankings[name][key] + gain}}
    before = fuse(rankings, weights, method=method).get(key, 0.0)
    assert fuse(better, weights, method=method).get(key, 0.0) >= before - 1e-9


@given(SCORES, METHODS)
def test_one_search_alone_keeps_its_order(scores: Mapping[int, float], method: Method) -> None:
    fused = fuse({"vector": scores}, {"vector": 0.3}, method=method)
    by_score = sorted(scores, key=lambda key: -scores[key])
    assert all(fused[a] >= fused[b] for a, b in pairwise(by_score))


def _shuffled(mapping: Mapping[K, V], dice: random.Random) -> list[tuple[K, V]]:
    items = list(mapping.items())
    dice.shuffle(items)
    return items
