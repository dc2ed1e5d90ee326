"""Rows of an evaluation set, from rated answers and the documents that may be exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragline.citation_markers import text_between_markers
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline_cli.feedback.counts import Counts
from ragline_cli.feedback.disclosure import Disclosure, Holding
from ragline_cli.feedback.judgements import CITED, NOT_RELEVANT, RELEVANT, judge
from ragline_cli.feedback.questions import AskedQuestion, merge
from ragline_cli.feedback.rated_answers import RatedAnswer
from ragline_cli.feedback.rejected import rejected_row
from ragline_cli.feedback.votes import Majority, VoteCount

Row = dict[str, Any]

_VERDICTS = {Majority.UP: "up", Majority.DOWN: "rejected", Majority.TIED: "tied"}
_RELEVANCE = {RELEVANT: "relevant", CITED: "cited", NOT_RELEVANT: "not_relevant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """Rows of `queries.jsonl` and `rejected.jsonl`; relevance by query id and document id."""

    queries: Sequence[Row]
    judgements: Mapping[str, Mapping[str, int]]
    rejected: Sequence[Row]


def build(answers: Sequence[RatedAnswer], disclosure: Disclosure, counts: Counts) -> EvaluationSet:
    """Return the set; count what it contains and what was left out."""
    questions = merge(answers)
    judgements = {each.id: _judgements(each, disclosure, counts) for each in questions}
    judged = {query_id: found for query_id, found in judgements.items() if any(found.values())}
    _count_answers(answers, questions, counts)
    _count_judged(judged, len(questions), counts)
    return EvaluationSet(
        queries=[_query_row(question, disclosure, counts) for question in questions],
        judgements=judged,
        rejected=[
            rejected_row(each, disclosure) for each in answers if each.verdict is Majority.DOWN
        ],
    )


def _judgements(question: AskedQuestion, disclosure: Disclosure, counts: Counts) -> dict[str, int]:
    """Return the judgements of those documents that the set contains."""
    judged = judge(question.answers)
    counts["feedback"]["unknown_citations"] += judged.unknown_citations
    counts["judgements"]["tied"] += len(judged.disputed)
    held: dict[str, int] = {}
    for document_id, relevance in sorted(judged.relevance.items()):
        holding = disclosure.holding(document_id)
        if holding in (Holding.INLINE, Holding.QUOTED):
            held[document_id] = relevance
        else:
            counts["judgements"][holding] += 1
    return held


def _query_row(question: AskedQuestion, disclosure: Disclosure, counts: Counts) -> Row:
    best = question.answers[0].answer
    tallies = [rated.tally for rated in question.answers]
    ratings = VoteCount(sum(each.up for each in tallies), sum(each.down for each in tallies))
    metadata: Row = {
        "intent": best.intent,
        "plan": best.plan,
        "status": best.status,
        "asked": len(question.answers),
        "ratings": ratings._asdict(),
    }
    if reference := _reference(question.answers, disclosure, counts):
        metadata["answer"] = reference
    return {"_id": question.id, "text": question.text, "metadata": metadata}


def _reference(
    answers: Iterable[RatedAnswer], disclosure: Disclosure, counts: Counts
) -> str | None:
    """Return the text of the best-rated good answer that may be exported."""
    good = [each for each in answers if each.verdict is Majority.UP and _answers(each)]
    shown = [rated.answer for rated in good if disclosure.may_show(rated.answer)]
    counts["answers"]["withheld"] += len(good) - len(shown)
    texts = map(_uncited, shown)
    found = next((text for text in texts if text), None)
    counts["answers"]["references"] += found is not None
    return found


def _uncited(answer: QueryAnswered) -> str:
    """Return the text without its markers and the space before them."""
    numbers = {citation.marker for citation in answer.citations}
    *cited, rest = text_between_markers(answer.text, numbers=numbers)
    return "".join([*(piece.rstrip(" \t") for piece in cited), rest]).strip()


def _answers(rated: RatedAnswer) -> bool:
    return rated.answer.status is AnswerStatus.ANSWERED


def _count_answers(
    answers: Sequence[RatedAnswer], questions: Sequence[AskedQuestion], counts: Counts
) -> None:
    asked = sum(len(question.answers) for question in questions)
    counts["answers"]["rated"] = len(answers)
    counts["answers"]["questionless"] = len(answers) - asked
    counts["questions"]["merged"] = asked - len(questions)
    for rated in answers:
        if rated.verdict is not None:
            counts["answers"][_VERDICTS[rated.verdict]] += 1


def _count_judged(judged: Mapping[str, Mapping[str, int]], questions: int, counts: Counts) -> None:
    counts["questions"]["asked"] = questions
    counts["questions"]["judged"] = len(judged)
    counts["questions"]["without_relevant"] = questions - len(judged)
    for found in judged.values():
        for relevance in found.values():
            counts["judgements"][_RELEVANCE[relevance]] += 1
