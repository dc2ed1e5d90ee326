"""The measures agree with their definitions, and intervals with what they are for."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from ragline_evaluation.retrieval.scoring import difference, score

JUDGED = {"q1": {"a": 1, "b": 1}, "q2": {"c": 1}, "q3": {"d": 1}}


def test_measures_of_hand_made_rankings() -> None:
    values = score({"q1": ["x", "a", "b"], "q2": ["c"], "q3": []}, JUDGED)
    gained = 1 / log2(3) + 1 / log2(4)
    assert values["nDCG@10"] == pytest.approx([gained / (1 + 1 / log2(3)), 1.0, 0.0])
    assert values["MRR@10"] == pytest.approx([0.5, 1.0, 0.0])
    assert values["recall@5"] == pytest.approx([1.0, 1.0, 0.0])


def test_only_the_first_ten_count() -> None:
    ranked = [f"x{n}" for n in range(10)] + ["c"]
    values = score({"q2": ranked}, JUDGED)
    assert values["nDCG@10"][0] == 0
    assert values["recall@20"][0] == 1


def test_the_order_given_is_the_order_scored() -> None:
    """Also beyond what single precision could tell apart, and whatever the names are."""
    ranked = [f"z{n:03}" for n in range(199, -1, -1)]
    values = score({"q": ranked}, {"q": {"z199": 1}})
    assert values["MRR@10"][0] == 1


def test_a_difference_on_every_question_is_sure_and_one_that_cancels_is_not() -> None:
    ours = np.linspace(0.5, 1.0, 40)
    sure = difference(ours, ours - 0.1)
    assert sure.low == pytest.approx(0.1)
    assert sure.high == pytest.approx(0.1)
    noise = np.where(np.arange(40) % 2, 0.2, -0.2)
    unsure = difference(ours + noise, ours)
    assert unsure.low < 0 < unsure.high


def test_no_difference_has_no_width() -> None:
    same = np.ones(5)
    assert difference(same, same).low == difference(same, same).high == 0
