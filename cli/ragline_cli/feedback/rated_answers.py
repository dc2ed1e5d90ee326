"""Ratings beside the answers that they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline.contracts.answers import QueryAnswered
from ragline_cli.feedback.ratings import Rating
from ragline_cli.feedback.votes import Majority, VoteCount

AnswersOf = Callable[[str], Mapping[str, QueryAnswered]]
"""Query id to the answers, by tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAnswer:
    """An answer with all ratings of it and of its citations, of each voter one a thing."""

    answer: QueryAnswered
    ratings: Sequence[Rating]

    @property
    def tally(self) -> VoteCount:
        """The votes on the answer as a whole."""
        return VoteCount.of(rating.up for rating in self.ratings if rating.marker is None)

    @property
    def verdict(self) -> Majority | None:
        """What most say of the answer as a whole; None where nobody does."""
        return self.tally.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Rated answers by query id, and how many ratings have none.

    `foreign`: the answer is of another tenant than the rating. `unanswered`: there is none, as the
    topic's retention is over or the question was never asked.
    """

    answers: Sequence[RatedAnswer]
    foreign: int
    unanswered: int


def join(ratings: Iterable[Rating], answers_of: AnswersOf) -> Joined:
    """Put ratings beside their answers. Anybody may write feedback, so tenants have to agree."""
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
