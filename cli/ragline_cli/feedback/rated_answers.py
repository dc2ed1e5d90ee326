"""Ratings joined with the answers that they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline.contracts.answers import QueryAnswered
from ragline_cli.feedback.ratings import Rating
from ragline_cli.feedback.votes import Majority, VoteCount

AnswersOf = Callable[[str], Mapping[str, QueryAnswered]]
"""Returns the answers to a query id, by tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAnswer:
    """An answer with the ratings of it and of its citations, one per voter and rated thing."""

    answer: QueryAnswered
    ratings: Sequence[Rating]

    @property
    def tally(self) -> VoteCount:
        """The votes on the answer as a whole."""
        return VoteCount.of(rating.up for rating in self.ratings if rating.marker is None)

    @property
    def verdict(self) -> Majority | None:
        """The majority's verdict on the answer as a whole; None without votes."""
        return self.tally.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Rated answers by query id, and how many ratings have no answer.

    `foreign`: the answer belongs to another tenant than the rating. `unanswered`: there is no
    answer, because its retention has ended or the question was never asked.
    """

    answers: Sequence[RatedAnswer]
    foreign: int
    unanswered: int


def join(ratings: Iterable[Rating], answers_of: AnswersOf) -> Joined:
    """Join ratings with their answers. Anyone can write feedback, so the tenants must match."""
    by_query: dict[str, list[Rating]] = {}
    foreign = unanswered = 0
    for rating in ratings:
        found = answers_of(rating.query_id)
        if rating.tenant in found:
            by_query.setdefault(rating.query_id, []).append(rating)
        else:
            foreign += bool(found)
            unanswered += not found
    rated = [
        RatedAnswer(answer=answers_of(query_id)[given[0].tenant], ratings=tuple(given))
        for query_id, given in sorted(by_query.items())
    ]
    return Joined(answers=rated, foreign=foreign, unanswered=unanswered)
