"""The weights that find most unanswerable questions, and the probability of an answer."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from ragline_evaluation.refusals.signal_weights import (
    SetSignals,
    as_toml,
    fit,
    left_out,
    scores,
    support_curve,
)
from ragline_generator.refusal.evidence_weights import EvidenceWeights, weights
from ragline_generator.refusal.relevance import Relevance

THRESHOLD = 0.42


def rows(count: int, *, mean: float, titles: float, unknown: float) -> np.ndarray:
    """Rows of questions whose mean rises a little from one to the next."""
    found = np.zeros((count, 7))
    found[:, 0] = mean + np.arange(count) * 0.001
    found[:, 2], found[:, 3], found[:, 4], found[:, 6] = 1.0, titles, 0.3, unknown
    return found


@pytest.fixture
def told_by_titles() -> SetSignals:
    """Wording alone tells nothing here, titles and unknown words tell all."""
    return SetSignals(
        answerable=rows(50, mean=0.45, titles=0.8, unknown=0.0),
        hopeless=rows(50, mean=0.45, titles=0.1, unknown=1.0),
    )


def test_the_weights_use_what_tells_questions_apart(told_by_titles: SetSignals) -> None:
    found = fit([told_by_titles], threshold=THRESHOLD, at_most=0.02)

    assert (scores(told_by_titles.hopeless, found) < THRESHOLD).all()
    assert (scores(told_by_titles.answerable, found) < THRESHOLD).mean() <= 0.02


def test_of_no_set_more_than_allowed_is_refused(told_by_titles: SetSignals) -> None:
    other = SetSignals(answerable=told_by_titles.hopeless, hopeless=told_by_titles.answerable)

    found = fit([told_by_titles, other], threshold=THRESHOLD, at_most=0.02)

    for each in (told_by_titles, other):
        assert (scores(each.answerable, found) < THRESHOLD).mean() <= 0.02


def test_of_a_set_of_which_wording_refuses_much_no_more_is_refused() -> None:
    poor = np.concatenate(
        [
            rows(1, mean=0.1, titles=0.0, unknown=0.0),
            rows(9, mean=0.45, titles=0.0, unknown=0.0),
        ]
    )
    own = SetSignals(answerable=poor, hopeless=rows(10, mean=0.45, titles=0.0, unknown=1.0))

    found = fit([own], threshold=THRESHOLD, at_most=0.02)

    assert (scores(own.answerable, found) < THRESHOLD).sum() == 1
    assert (scores(own.hopeless, found) < THRESHOLD).all()


def test_each_set_is_judged_by_the_others(told_by_titles: SetSignals) -> None:
    sets = {"one": told_by_titles, "other": told_by_titles}

    found = left_out(sets, threshold=THRESHOLD, at_most=0.02)

    assert [(each.dataset, each.refused, each.found) for each in found] == [
        ("one", 0.0, 1.0),
        ("other", 0.0, 1.0),
    ]
    assert left_out({"one": told_by_titles}, threshold=THRESHOLD, at_most=0.02) == []


def test_the_probability_rises_with_the_score(told_by_titles: SetSignals) -> None:
    found = fit([told_by_titles], threshold=THRESHOLD, at_most=0.02)

    curve = support_curve([told_by_titles], found)

    assert curve(0.0) < 0.1
    assert curve(1.0) > 0.9


def test_scores_are_those_of_the_generator() -> None:
    relevance = Relevance(
        words=0.7, phrases=0.5, window=0.6, similarity=0.5, prominence=0.2,
        asking=True, titles=0.5, margin=0.4, lacks_name=True, unknown_name=True,
    )  # fmt: skip
    row = np.array([[relevance.mean, relevance.least, 1.0, 0.5, 0.4, 1.0, 1.0]])

    assert scores(row, weights())[0] == pytest.approx(relevance.score)


def test_the_file_is_what_the_generator_reads(told_by_titles: SetSignals) -> None:
    found = fit([told_by_titles], threshold=THRESHOLD, at_most=0.02)

    text = as_toml(found, support_curve([told_by_titles], found), made="Made by a test.")

    assert text.startswith("# Made by a test.\n")
    assert EvidenceWeights(**tomllib.loads(text)["weights"]) == found
