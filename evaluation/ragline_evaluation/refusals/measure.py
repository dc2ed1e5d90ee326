"""Asks questions with and without their relevant documents, and records refusals and scores.

Each set is asked three times: without the relevant documents of its odd questions, without those of
its even questions, and complete. So every question is unanswerable once, while other pages on its
subject are still there. In harder rounds few documents are removed, so that all neighbours stay.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ragline.clock import Monotonic
from ragline.contracts.base import Event
from ragline.contracts.queries import CandidatesRanked
from ragline.messaging.composition import Stage
from ragline_evaluation.answers.measure import Answered
from ragline_evaluation.dataset import Dataset, Document, Question
from ragline_generator.passages.ranking import rank
from ragline_generator.refusal.relevance import Relevance, assess
from ragline_generator.rules import BEST


class QuestionKind(StrEnum):
    """Whether the documents that answer a question are there; foreign questions never had any.

    `COMPLETE` questions are asked with the whole set, `ANSWERABLE` ones with a half that has all
    their documents. `NEIGHBOURS` are unanswerable ones asked with nearly all other documents.
    """

    COMPLETE = "complete"
    ANSWERABLE = "answerable"
    PARTIAL = "partial"
    UNANSWERABLE = "unanswerable"
    NEIGHBOURS = "neighbours"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRound:
    """Documents, and questions, each with its relevant documents that are among them."""

    documents: Sequence[Document]
    questions: Sequence[tuple[Question, frozenset[str]]]
    kinds: Sequence[QuestionKind]

    def with_foreign(self, questions: Sequence[Question]) -> RefusalRound:
        """Return the round with questions of another set added, unless it has their ids already."""
        own = {each.id for each, _ in self.questions}
        foreign = [(each, frozenset[str]()) for each in questions if each.id not in own]
        return RefusalRound(
            documents=self.documents,
            questions=[*self.questions, *foreign],
            kinds=[*self.kinds, *(QuestionKind.FOREIGN for _ in foreign)],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRefusal:
    """An answer, the kind of its question, and how relevant the passages seemed.

    `score` is in [0, 1], 0 if no passages were found; `seconds` are those of the assessment.
    `relevance` has the signals behind the score; None if the question did not reach the generator.
    """

    kind: QuestionKind
    answered: Answered
    score: float
    seconds: float
    relevance: Relevance | None = None


def whole(data: Dataset) -> RefusalRound:
    """Return the set as it is."""
    questions = [(each, data.relevant(each.id)) for each in data.questions]
    kinds = [QuestionKind.COMPLETE] * len(questions)
    return RefusalRound(documents=data.documents, questions=questions, kinds=kinds)


def halves(data: Dataset) -> tuple[RefusalRound, RefusalRound]:
    """Return the set without the documents of its odd questions, and without its even ones'."""
    return _without(data, data.questions[1::2]), _without(data, data.questions[::2])


def with_neighbours(data: Dataset, rounds: int) -> list[RefusalRound]:
    """Return `rounds` rounds; in each one question of so many lacks its documents and is asked."""
    found = [_without(data, data.questions[n::rounds]) for n in range(rounds)]
    return [_only_unanswerable(each) for each in found]


def _only_unanswerable(asked: RefusalRound) -> RefusalRound:
    questions = [
        question
        for question, kind in zip(asked.questions, asked.kinds, strict=True)
        if kind is QuestionKind.UNANSWERABLE
    ]
    kinds = [QuestionKind.NEIGHBOURS] * len(questions)
    return RefusalRound(documents=asked.documents, questions=questions, kinds=kinds)


def _without(data: Dataset, hopeless: Sequence[Question]) -> RefusalRound:
    removed = frozenset[str]().union(*(data.relevant(each.id) for each in hopeless))
    questions = [(each, data.relevant(each.id) - removed) for each in data.questions]
    return RefusalRound(
        documents=[each for each in data.documents if each.id not in removed],
        questions=questions,
        kinds=[_kind(data.relevant(each.id), left) for each, left in questions],
    )


def _kind(relevant: frozenset[str], left: frozenset[str]) -> QuestionKind:
    if not left:
        return QuestionKind.UNANSWERABLE
    return QuestionKind.ANSWERABLE if left == relevant else QuestionKind.PARTIAL


@dataclass(slots=True)
class Noting:
    """The generator's stage; records for each query the relevance of its passages and the time."""

    stage: Stage
    clock: Monotonic = time.perf_counter
    relevances: dict[str, Relevance] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    async def __call__(self, event: Event) -> Event:
        """Assess, then answer."""
        assert isinstance(event, CandidatesRanked)  # noqa: S101  # what this stage is given
        best = event.passages[:BEST]
        ranked = rank(event.standalone_text, best)
        started = self.clock()
        relevance = assess(event.standalone_text, best, ranked, unknown=event.unknown_words or ())
        self.seconds[event.query_id] = self.clock() - started
        self.relevances[event.query_id] = relevance
        return await self.stage(event)

    def judged(
        self, answered: Sequence[Answered], kinds: Sequence[QuestionKind]
    ) -> list[JudgedRefusal]:
        """Combine the recorded relevance with the answers."""
        return [self._judged(each, kind) for each, kind in zip(answered, kinds, strict=True)]

    def _judged(self, answered: Answered, kind: QuestionKind) -> JudgedRefusal:
        relevance = self.relevances.get(answered.answer.query_id)
        return JudgedRefusal(
            kind=kind,
            answered=answered,
            score=0.0 if relevance is None else relevance.score,
            seconds=self.seconds.get(answered.answer.query_id, 0.0),
            relevance=relevance,
        )
