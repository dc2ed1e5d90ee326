"""Rated answers grouped by question; a question that was asked repeatedly counts once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ragline.contracts.queries import MAX_QUESTION_CHARS
from ragline.folding import folded_case
from ragline_cli.feedback.rated_answers import RatedAnswer

_ENDINGS = " ?!.…。？！"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question with its answers, the best rated first; among equals, the oldest first."""

    answers: Sequence[RatedAnswer]

    @property
    def id(self) -> str:
        """The query id of the best answer."""
        return self.answers[0].answer.query_id

    @property
    def text(self) -> str:
        """The standalone question."""
        return (question_text(self.answers[0]) or "").strip()


def question_text(rated: RatedAnswer) -> str | None:
    """Return the standalone question; None if the answer states none that can be asked again."""
    text = (rated.answer.standalone_text or "").strip()
    return text if 0 < len(text) <= MAX_QUESTION_CHARS else None


def normalised(text: str) -> str:
    """Return a key that ignores differences in case, spaces and final punctuation."""
    common = " ".join(folded_case(text).split())
    return common.rstrip(_ENDINGS) or common


def merge(answers: Iterable[RatedAnswer]) -> list[AskedQuestion]:
    """Return the questions, sorted by id; answers without a question are left out."""
    by_text: dict[str, list[RatedAnswer]] = {}
    for rated in answers:
        if text := question_text(rated):
            by_text.setdefault(normalised(text), []).append(rated)
    found = [AskedQuestion(answers=sorted(each, key=_best_first)) for each in by_text.values()]
    return sorted(found, key=lambda question: question.id)


def _best_first(rated: RatedAnswer) -> tuple[int, datetime, str]:
    tally = rated.tally
    return tally.down - tally.up, rated.answer.answered_at, rated.answer.query_id
