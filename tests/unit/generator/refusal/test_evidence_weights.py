"""What further signs add to the relevance of a question, and the probability behind a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.refusal.evidence_weights import (
    USUAL_MARGIN,
    SupportCurve,
    support_curve,
    weights,
)

SHARES = st.floats(0, 1)


def test_what_speaks_against_an_answer_lowers_the_relevance() -> None:
    plain = weights().taken(titles=0.1, margin=0.1, lacks_name=False, unknown_name=False)

    assert weights().taken(titles=0.1, margin=0.1, lacks_name=True, unknown_name=False) > plain
    assert weights().taken(titles=0.1, margin=0.1, lacks_name=False, unknown_name=True) > plain
    assert weights().taken(titles=0.0, margin=0.1, lacks_name=False, unknown_name=False) > plain
    assert weights().taken(titles=0.1, margin=0.0, lacks_name=False, unknown_name=False) > plain


def test_no_sign_adds_to_the_relevance() -> None:
    assert weights().taken(titles=1.0, margin=1.0, lacks_name=False, unknown_name=False) == 0.0


def test_a_single_passage_stands_out_as_usual() -> None:
    lone, usual = (
        weights().taken(titles=0.1, margin=margin, lacks_name=False, unknown_name=False)
        for margin in (None, USUAL_MARGIN)
    )

    assert lone == usual


def test_between_the_points_the_probability_rises_evenly() -> None:
    curve = SupportCurve([0.2, 0.4], [0.1, 0.9])

    assert [curve(score) for score in (0.0, 0.2, 0.4, 1.0)] == [0.1, 0.1, 0.9, 0.9]
    assert curve(0.3) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("scores", "probabilities"),
    [([0.4, 0.2], [0.1, 0.2]), ([0.2, 0.4], [0.3, 0.2]), ([0.2], [0.1, 0.2]), ([], [])],
)
def test_a_curve_that_falls_is_none(scores: list[float], probabilities: list[float]) -> None:
    with pytest.raises(ValueError, match="score"):
        SupportCurve(scores, probabilities)


@given(one=SHARES, other=SHARES)
def test_more_relevance_is_never_less_probable(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert 0.0 <= support_curve()(low) <= support_curve()(high) <= 1.0
