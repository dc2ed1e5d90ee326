"""Units are ranked among the passages that are compared, and no work is done twice."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.unit.generator.conftest import make_passage

from ragline_generator.passages.ranking import Ranking, rank
from ragline_generator.passages.units import Unit, split

QUESTION = "Does a durable queue survive a restart?"
PASSAGES = [
    make_passage(f"{text} {n}. Cats sleep.", chunk=f"c{n}")
    for n, text in enumerate(["A durable queue"] * 3 + ["It survives a restart"] * 5)
]


def test_the_best_are_ranked_as_if_there_were_no_others() -> None:
    made = Ranking(QUESTION, PASSAGES)

    assert made.of_best(6) == rank(QUESTION, PASSAGES[:6])
    assert made.of_all() == rank(QUESTION, PASSAGES)
    assert made.of_all()[:6] != made.of_best(6)


def test_no_passages_have_no_units() -> None:
    assert Ranking(QUESTION, []).of_best(6) == []


def test_a_passage_is_split_up_once_and_only_when_it_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = Counter[str]()

    def counted(text: str) -> tuple[Unit, ...]:
        seen[text] += 1
        return split(text)

    monkeypatch.setattr("ragline_generator.passages.ranking.split", counted)
    made = Ranking(QUESTION, PASSAGES)

    made.of_best(6)
    assert set(seen) == {passage.text for passage in PASSAGES[:6]}
    made.of_all()
    made.of_best(6)
    assert seen == {passage.text: 1 for passage in PASSAGES}


def test_few_passages_are_ranked_once() -> None:
    made = Ranking(QUESTION, PASSAGES[:3])
    assert made.of_best(6) is made.of_all()
