"""Who judges whether another look is needed: what a judge is asked, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop
from ragline.contracts.queries import Passage
from ragline_reranker.sufficiency import next_hop


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The next look, None if the passages suffice, and what the judge went without, if anything."""

    hop: Hop | None
    degradation: Degradation | None = None


class HopJudge(Protocol):
    """Judges whether passages hold what a question asks. It never fails."""

    async def judge(
        self, question: str, passages: Sequence[Passage], *, hops: Sequence[Hop], seconds: float
    ) -> Judgement:
        """Return what to look for, given what was found, best first, and the `hops` so far.

        `seconds` are left for the whole question.
        """
        ...


class RuleJudge:
    """A `HopJudge` by the rules of `sufficiency.py`, at once."""

    async def judge(
        self, question: str, passages: Sequence[Passage], *, hops: Sequence[Hop], seconds: float
    ) -> Judgement:
        """Return what the rules say."""
        return Judgement(hop=next_hop(question, passages, hops=hops))
