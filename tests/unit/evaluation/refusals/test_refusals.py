"""Who counts as having no answer, and what refusals are worth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ragline.contracts.answers import AnswerError, AnswerStatus, QueryAnswered
from ragline_evaluation.answers.measure import Answered
from ragline_evaluation.dataset import Dataset, Document, Question
from ragline_evaluation.refusals import plot
from ragline_evaluation.refusals.measure import (
    JudgedRefusal,
    QuestionKind,
    halves,
    whole,
    with_neighbours,
)
from ragline_evaluation.refusals.report import RefusalsReport, markdown, report
from ragline_evaluation.refusals.scoring import area, curve, point


def make_set(judgements: dict[str, dict[str, int]]) -> Dataset:
    return Dataset(
        name="tiny",
        documents=[Document(_id=f"d{n}", text="text") for n in range(5)],
        questions=[Question(_id=each, text="well?") for each in judgements],
        judgements=judgements,
        origin="by hand",
    )


def make_judged(kind: QuestionKind, score: float, *, code: str | None = None) -> JudgedRefusal:
    answer = QueryAnswered(
        query_id="q",
        status=AnswerStatus.REFUSED if code else AnswerStatus.ANSWERED,
        text="",
        error=AnswerError(code=code, message="why") if code else None,
        answered_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    question = Question(_id="q", text="well?")
    answered = Answered(question=question, relevant=frozenset(), answer=answer, seconds=1.0)
    return JudgedRefusal(kind=kind, answered=answered, score=score, seconds=0.002)


@pytest.fixture
def found() -> RefusalsReport:
    judged = [
        make_judged(QuestionKind.UNANSWERABLE, 0.1, code="not_relevant"),
        make_judged(QuestionKind.UNANSWERABLE, 0.6),
        make_judged(QuestionKind.ANSWERABLE, 0.5, code="unsupported"),
        make_judged(QuestionKind.ANSWERABLE, 0.9),
        make_judged(QuestionKind.COMPLETE, 0.3),
        make_judged(QuestionKind.COMPLETE, 0.8),
        make_judged(QuestionKind.PARTIAL, 0.2, code="not_relevant"),
        make_judged(QuestionKind.FOREIGN, 0.0, code="not_relevant"),
    ]
    return report("tiny", judged, threshold=0.4, others=(0.4, 0.7))


def test_documents_of_every_second_question_are_removed() -> None:
    data = make_set({"q0": {"d0": 1, "d1": 1}, "q1": {"d1": 1, "d2": 0}, "q2": {"d2": 1}})

    without_odd, without_even = halves(data)

    assert [each.id for each in without_odd.documents] == ["d0", "d2", "d3", "d4"]
    assert without_odd.kinds == [
        QuestionKind.PARTIAL,
        QuestionKind.UNANSWERABLE,
        QuestionKind.ANSWERABLE,
    ]
    assert [left for _, left in without_odd.questions] == [{"d0"}, set(), {"d2"}]
    assert [each.id for each in without_even.documents] == ["d3", "d4"]
    assert without_even.kinds == [QuestionKind.UNANSWERABLE] * 3


def test_with_neighbours_each_question_lacks_its_documents_once() -> None:
    data = make_set({"q0": {"d0": 1}, "q1": {"d1": 1}, "q2": {"d2": 1}})

    rounds = with_neighbours(data, 3)

    assert [[each.id for each, _ in asked.questions] for asked in rounds] == [
        ["q0"],
        ["q1"],
        ["q2"],
    ]
    assert [len(asked.documents) for asked in rounds] == [4, 4, 4]
    assert all(kind is QuestionKind.NEIGHBOURS for asked in rounds for kind in asked.kinds)


def test_foreign_questions_have_no_documents_and_no_id_twice() -> None:
    asked = whole(make_set({"q0": {"d0": 1}}))

    both = asked.with_foreign([Question(_id="q0", text="mine"), Question(_id="x", text="theirs")])

    assert [(each.id, len(left)) for each, left in both.questions] == [("q0", 1), ("x", 0)]
    assert both.kinds == [QuestionKind.COMPLETE, QuestionKind.FOREIGN]


def test_a_point_counts_what_a_threshold_refuses() -> None:
    found = point(0.5, np.array([0.1, 0.4, 0.6, 0.9]), np.array([0.3, 0.5, 0.8, 1.0]))

    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == 0.5
    assert found.f1 == pytest.approx(4 / 7)
    assert found.refused == 0.25


def test_the_curve_goes_from_no_refusal_to_all() -> None:
    points = curve(np.array([0.1, 0.4]), np.array([0.3, 1.0]))

    assert (points[0].recall, points[0].precision) == (0.0, 1.0)
    assert (points[-1].recall, points[-1].refused) == (1.0, 1.0)
    assert [p.recall for p in points] == sorted(p.recall for p in points)


def test_the_area_needs_both_kinds_and_has_an_interval() -> None:
    low, high = np.array([0.1, 0.2, 0.6]), np.array([0.5, 0.8, 0.9])

    assert area(low, high[:1]) is None
    found = area(low, high)
    assert found is not None
    assert found.value == pytest.approx(8 / 9)
    assert found.low <= found.value <= found.high


def test_the_report_keeps_the_pipeline_apart_from_the_score(found: RefusalsReport) -> None:
    assert found.questions == {
        "complete": 2,
        "answerable": 2,
        "partial": 1,
        "unanswerable": 2,
        "foreign": 1,
    }
    assert (found.pipeline.precision, found.pipeline.recall) == (0.5, 0.5)
    assert found.operating[0].precision == 1.0  # what was unsupported had a good score
    assert found.reasons["answerable"] == {"unsupported": 1, "answered": 1}
    assert found.refused["partial"] == 1.0
    assert (found.p50_ms, found.p95_ms) == pytest.approx((2.0, 2.0))


def test_tables_name_kinds_reasons_and_thresholds(found: RefusalsReport) -> None:
    text = markdown(found)

    assert "| unanswerable | 2 | 50.0% | 0 | 1 |" in text
    assert "| 0.4 (in force) | 1.000 | 0.500 | 0.667 | 0.0% | 50.0% |" in text
    assert "not asked against foreign" in text


def test_a_picture_is_drawn(found: RefusalsReport, tmp_path: Path) -> None:
    plot.draw([found], tmp_path / "report.svg")
    assert (tmp_path / "report.svg").read_text().startswith("<?xml")
