"""`ragline eval intent`: reading, asking the shipped classifier, figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragline.contracts.plan import Intent
from ragline.errors import Misconfigured
from ragline_evaluation.intent import measure, report
from ragline_evaluation.intent.measure import JudgedIntent, LabelledQuestion
from ragline_evaluation.stages import open_classifier


def judged(
    true: str, said: str, *, confidence: float = 0.9, source: str = "a", skips: bool = False
) -> JudgedIntent:
    return JudgedIntent(
        question=LabelledQuestion(text="?", intent=Intent(true), source=source),
        intent=Intent(said),
        confidence=confidence,
        plan=said,
        skips_vector=skips,
        seconds=0.002,
    )


JUDGED = [
    judged("factual", "factual"),
    judged("factual", "procedural", skips=True),
    judged("procedural", "procedural", source="b", skips=True),
    judged("troubleshooting", "factual", source="b", confidence=0.3),
]


def test_figures_of_hand_made_verdicts() -> None:
    found = report.report(JUDGED)
    assert found.results["all"]["accuracy"] == 0.5
    assert found.results["a"]["accuracy"] == 0.5
    # troubleshooting is never found; of source b procedural always is
    assert found.results["b"]["macro_f1"] == 0.5
    assert found.confusion[0] == [1, 0, 1, 0]
    assert (found.vector_skipped, found.vector_skipped_wrongly) == (0.5, 0.25)
    # three are sure by .9 and right in two of three, one is sure by .3 and wrong
    assert found.calibration_error == pytest.approx((3 * (0.9 - 2 / 3) + 0.3) / 4)
    assert "| a | 2 | 0.500 |" in report.markdown(found)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_a_limit_takes_questions_from_all_over_the_file(tmp_path: Path) -> None:
    rows = [{"text": str(n), "intent": "factual"} for n in range(10)]
    found = measure.read(write(tmp_path / "q.jsonl", rows), 4)
    assert [each.text for each in found] == ["0", "2", "5", "7"]


def test_an_unknown_intent_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", [{"text": "well?", "intent": "gossip"}])
    with pytest.raises(Misconfigured, match=r"q.jsonl:1: intent Input should be 'factual'"):
        measure.read(path, None)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="holds no questions"):
        measure.read(write(tmp_path / "q.jsonl", []), None)


async def test_the_shipped_classifier_is_asked() -> None:
    questions = [
        LabelledQuestion(text="How do I install the operator step by step?", intent="procedural"),
        LabelledQuestion(text="What is a quorum queue?", intent="factual"),
    ]
    moved: list[int] = []
    async with open_classifier() as classifier:
        found = await measure.judge(classifier, questions, moved.append)
    assert [each.intent for each in found] == [each.question.intent for each in found]
    assert moved == [1, 1]
