"""Figures of answers: what counts as cited, refused and right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ragline.contracts.answers import (
    AnswerStatus,
    Citation,
    Claim,
    ClaimSupport,
    QueryAnswered,
    Usage,
    Validation,
)
from ragline_evaluation.answers.measure import Answered
from ragline_evaluation.answers.report import markdown, report
from ragline_evaluation.dataset import Question


def answered(
    text: str,
    *,
    relevant: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    reference: str | None = None,
    status: AnswerStatus = AnswerStatus.ANSWERED,
) -> Answered:
    citations = tuple(
        Citation(marker=n, chunk_id=f"{d}#{n}", document_id=d, version=1, start=0, end=1, quote="q")
        for n, d in enumerate(cited, start=1)
    )
    return Answered(
        question=Question(_id=text or "q", text="well?", metadata={"answer": reference}),
        relevant=frozenset(relevant),
        answer=QueryAnswered(
            query_id="q",
            status=status,
            text=text,
            citations=citations,
            answered_at=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        seconds=0.1,
    )


def test_citations_count_by_document() -> None:
    one = answered("six [1][2]", relevant=("a", "b"), cited=("a", "a", "x"), reference="six")
    results = report("tiny", [one]).results
    assert results["citation_precision"] == 0.5  # a and x
    assert results["citation_recall"] == 0.5  # a of a and b
    assert results["token_f1"] == 1.0


def test_a_refusal_is_right_only_where_there_is_no_answer() -> None:
    refused = AnswerStatus.REFUSED
    found = report(
        "tiny",
        [
            answered("six", relevant=("a",), cited=("a",), reference="six"),
            answered("six, sorry", relevant=("a",), reference="six", status=refused),
            answered("no answer", status=refused),
            answered("seven", cited=("a",)),
        ],
    )
    assert found.results["refused_answerable"] == 0.5
    assert found.results["refused_unanswerable"] == 0.5
    assert found.results["token_f1"] == 0.5  # what a refusal happens to say is no answer
    assert found.results["citation_precision"] == 1.0  # of the one that was answered
    assert (found.questions, found.unanswerable) == (2, 2)


def test_what_was_not_asked_has_no_figure() -> None:
    found = report("tiny", [answered("six", relevant=("a",), cited=("a",))])
    assert found.results["token_f1"] is None
    assert found.results["judged_correct"] is None
    assert "| token f1 | not asked |" in markdown(found)
    assert "Judge: none configured" in markdown(found)


def test_claims_and_tokens_are_counted_over_all_answers() -> None:
    def claim(support: ClaimSupport) -> Claim:
        return Claim(text="six", start=0, end=3, support=support, score=1.0)

    judged = Validation(
        method="words", claims=(claim(ClaimSupport.SUPPORTED), claim(ClaimSupport.UNSUPPORTED))
    )
    usage = Usage(prompt_tokens=900, completion_tokens=40)
    asked = [answered("six", relevant=("a",)), answered("seven", relevant=("a",))]
    update = {"validation": judged, "usage": usage}
    one = replace(asked[0], answer=asked[0].answer.model_copy(update=update))

    found = report("tiny", [one, asked[1]])

    assert (found.claims, found.supported) == (2, 1)
    assert (found.prompt_tokens, found.completion_tokens) == (450, 20)
    assert "2 claims, of which 1 supported" in markdown(found)
