"""`ragline eval conversations`: asking the shipped classifier, figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ragline.errors import Misconfigured
from ragline_evaluation.conversations import judged_set, measure, plot, report
from ragline_evaluation.conversations.judged_set import JudgedTurn, SetPart, TurnKind
from ragline_evaluation.conversations.measure import Form, LeftAlone, UnderstoodTurn
from ragline_evaluation.stages import open_classifier

TURN = JudgedTurn(
    id="english-1-1",
    language="english",
    part=SetPart.TUNED,
    kind=TurnKind.PRONOUN,
    text="How long does it live?",
    history=(),
    gold="How long does a queue live?",
    holds=("queue",),
    lacks=(),
    relevant=("queues.md",),
)


def understood(standalone: str, **changes: object) -> UnderstoodTurn:
    turn = replace(TURN, **changes)  # type: ignore[arg-type]
    return UnderstoodTurn(turn=turn, standalone=standalone, seconds=0.002)


UNDERSTOOD = [
    understood(TURN.gold),
    understood(TURN.text, id="b"),
    understood(TURN.gold, id="c", part=SetPart.HELD_BACK, kind=TurnKind.ELLIPSIS),
]
FOUND = {
    form: {name: np.array([value, value, 1.0]) for name in report.MEASURES}
    for form, value in zip(Form, (0.0, 0.5, 1.0), strict=True)
}


def test_figures_of_hand_made_turns() -> None:
    found = report.report(
        UNDERSTOOD, [LeftAlone(source="x", questions=50, changed=1)], FOUND, searched="plan"
    )
    tuned, held_back = found.all
    assert tuned.right == {"bare": 0.0, "rewritten": 0.5, "gold": 1.0}
    assert (held_back.part, held_back.turns, held_back.right["rewritten"]) == ("held back", 1, 1.0)
    assert [(each.group, each.part) for each in found.by_kind] == [
        ("pronoun", "tuned"),
        ("ellipsis", "held back"),
    ]
    assert [each.id for each in found.wrong] == ["b"]
    assert found.retrieval[0].means["rewritten"] == {"nDCG@10": 0.5, "recall@10": 0.5}
    assert found.gain is not None
    assert found.gain.mean == pytest.approx(1 / 3)
    text = report.markdown(found)
    assert "| pronoun | tuned | 2 | 0% | 50% | 100% |" in text
    assert "| x | 50 | 1 (2.0%) |" in text


def test_without_pages_nothing_is_said_of_retrieval(tmp_path: Path) -> None:
    found = report.report(UNDERSTOOD, [], None, searched="plan")
    assert "nDCG" not in report.markdown(found)
    plot.draw(found, tmp_path / "report.svg")
    assert (tmp_path / "report.svg").read_text().startswith("<?xml")


async def test_the_shipped_rules_understand_most_turns_and_leave_gold_ones_alone() -> None:
    turns = judged_set.read()
    async with open_classifier() as classify:
        found = await measure.understand(classify, turns, lambda _: None)
        alone = [
            await measure.leave_alone(classify, name, questions, lambda _: None)
            for name, questions in measure.gold_questions(turns).items()
        ]
    shares = {
        each.part: each.right for each in report.report(found, alone, None, searched="plan").all
    }
    assert shares["tuned"]["rewritten"] >= 0.95
    assert shares["held back"]["rewritten"] >= 0.8
    assert sum(each.changed for each in alone) <= 2


def test_the_reference_is_asked_in_each_form() -> None:
    asked: list[str] = []

    def pages(text: str) -> list[str]:
        asked.append(text)
        return ["queues.md"] if "queue" in text else ["users.md"]

    found = measure.search_reference(pages, UNDERSTOOD[:2])
    assert asked == [TURN.text] * 2 + [TURN.gold, TURN.text] + [TURN.gold] * 2
    assert [found[form]["nDCG@10"].tolist() for form in Form] == [[0, 0], [1, 0], [1, 1]]


def test_questions_that_need_no_history_are_read_from_either_field(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "Why?"}\n{"query": "How?"}\n')
    assert measure.read_standalone(file) == ["Why?", "How?"]
    file.write_text('{"text": "Why?"}\n')
    with pytest.raises(Misconfigured, match="fewer than two"):
        measure.read_standalone(file)
