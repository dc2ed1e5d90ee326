"""Units are ranked among the passages that are compared, and no work is done twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.unit.generator.conftest import make_passage

from ragline_generator.passages import ranking
from ragline_generator.passages.ranking import Ranking, rank
from ragline_generator.passages.units import LineKind

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
    split_up = ranking._with_terms

    def counted(text: str) -> Any:
        seen[text] += 1
        return split_up(text)

    monkeypatch.setattr("ragline_generator.passages.ranking._with_terms", counted)
    made = Ranking(QUESTION, PASSAGES)

    made.of_best(6)
    assert set(seen) == {passage.text for passage in PASSAGES[:6]}
    made.of_all()
    made.of_best(6)
    assert seen == {passage.text: 1 for passage in PASSAGES}


def test_few_passages_are_ranked_once() -> None:
    made = Ranking(QUESTION, PASSAGES[:3])
    assert made.of_best(6) is made.of_all()


def test_a_cell_of_one_character_tells_its_row_from_others() -> None:
    passage = make_passage("| 室 | 椅子 |\n|---|---|\n| 松 | 20 |\n| 梅 | 8 |\n| A | 5 |")

    for question, text in (
        ("梅室有多少椅子？", "| 梅 | 8 |"),
        ("How many 椅子 has A?", "| A | 5 |"),
    ):
        rows = [u for u in rank(question, [passage])[0] if u.unit.kind is LineKind.TABLE_ROW]
        assert max(rows, key=lambda row: row.score).text == text


def test_a_title_governs_what_is_below_it() -> None:
    passage = make_passage(
        "Alder\n\nIt weighs 3 kg in all.\n\nCedar\n\nIt weighs 5 kg in all.", title="Woods"
    )
    scores = {u.text: u.score for u in rank("What does cedar weigh?", [passage])[0]}

    assert scores["It weighs 5 kg in all."] > 1.6 * scores["It weighs 3 kg in all."]
