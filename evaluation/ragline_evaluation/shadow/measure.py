"""Compares the live and the shadow answer to a question, and measures their difference."""

from __future__ import annotations

from dataclasses import dataclass

from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline_evaluation.token_overlap import token_f1, without_citations

# The changes that a reader notices most get the greatest distance
_OTHER_STATUS = 3.0
_OTHER_REASON = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One question with both answers; `live` has the original id."""

    question: str
    live: QueryAnswered
    shadow: QueryAnswered


@dataclass(frozen=True, slots=True, kw_only=True)
class SameKind:
    """The comparison of two answers.

    `overlap` is the Jaccard index of the cited documents, `first` whether the first source is the
    same document, `text` whether the texts are identical, `words` the F1 of the words; `support`
    are the shares of supported claims, live and shadow.
    """

    overlap: float
    first: bool
    text: bool
    words: float
    support: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`answered` is null unless both answered; `distance` is 0 for equal answers and at most 3."""

    answered: SameKind | None
    distance: float


def compare(pair: Pair) -> Compared:
    """Return how the answers differ."""
    live, shadow = pair.live, pair.shadow
    if live.status is not shadow.status:
        return Compared(answered=None, distance=_OTHER_STATUS)
    if live.status is not AnswerStatus.ANSWERED:
        same = reason(live) == reason(shadow)
        return Compared(answered=None, distance=0.0 if same else _OTHER_REASON)
    answered = _both(live, shadow)
    before, after = answered.support
    distance = (1 - answered.overlap) + (1 - answered.words) + abs(after - before)
    return Compared(answered=answered, distance=distance)


def cited(answer: QueryAnswered) -> tuple[str, ...]:
    """Return the documents cited, each once, the first source first."""
    return tuple(dict.fromkeys(each.document_id for each in answer.citations))


def reason(answer: QueryAnswered) -> str | None:
    """Return the error code if there is no answer."""
    return answer.error.code if answer.error else None


def _both(live: QueryAnswered, shadow: QueryAnswered) -> SameKind:
    before, after = cited(live), cited(shadow)
    every = set(before) | set(after)
    return SameKind(
        overlap=len(set(before) & set(after)) / len(every) if every else 1.0,
        first=before[:1] == after[:1],
        text=live.text == shadow.text,
        words=token_f1(live.text, without_citations(shadow.text)),
        support=(_support(live), _support(shadow)),
    )


def _support(answer: QueryAnswered) -> float:
    return answer.validation.support_ratio if answer.validation else 0.0
