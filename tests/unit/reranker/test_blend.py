"""Blending: bounds, the two ends of the weight, and how close calls are treated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_reranker.blend import blend

UNIT = st.floats(0, 1)
PAIRS = st.lists(st.tuples(UNIT, UNIT), max_size=20)


def order(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda i: -scores[i])


def test_weight_one_gives_the_cross_encoder_s_order() -> None:
    assert order(blend([0.2, 0.9, 0.5], [1.0, 0.5, 0.0], weight=1.0)) == [1, 2, 0]


def test_weight_zero_gives_the_fused_order() -> None:
    assert order(blend([0.2, 0.9, 0.5], [1.0, 0.5, 0.0], weight=0.0)) == [0, 1, 2]


def test_both_count_in_between() -> None:
    even = 1 / 11  # log-odds of 1/11, 1/2 and 10/11 are evenly spaced
    scores = blend([even, 0.5, 1 - even], [0.9, 0.1, 0.5], weight=0.75)
    assert scores == pytest.approx([0.25, 0.375, 0.75 + 0.25 * 0.5])


def test_good_passages_are_still_told_apart_near_one() -> None:
    assert order(blend([0.9990, 0.9999, 0.0010], [0.6, 0.5, 0.7], weight=0.9))[0] == 1


def test_a_difference_that_is_noise_leaves_the_fused_order() -> None:
    assert order(blend([0.500, 0.501], [1.0, 0.0], weight=0.9)) == [0, 1]


@given(PAIRS, UNIT)
def test_scores_are_in_the_unit_interval(pairs: list[tuple[float, float]], weight: float) -> None:
    relevances, fused = [p[0] for p in pairs], [p[1] for p in pairs]
    scores = blend(relevances, fused, weight=weight)
    assert len(scores) == len(pairs)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores)


@given(PAIRS, UNIT)
def test_who_is_better_in_both_is_never_behind(
    pairs: list[tuple[float, float]], weight: float
) -> None:
    scores = blend([p[0] for p in pairs], [p[1] for p in pairs], weight=weight)
    for (read_a, fused_a), a in zip(pairs, scores, strict=True):
        for (read_b, fused_b), b in zip(pairs, scores, strict=True):
            if read_a >= read_b and fused_a >= fused_b:
                assert a >= b - 1e-9
