"""Lets the validator judge claims whose truth is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.contracts.answers import Claim, ClaimSupport
from ragline_evaluation.validation.claim_cases import ClaimCase
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.units import split
from ragline_generator.validation.verdicts import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCase:
    """A claim with its verdict: the verdicts on its sentences, and the seconds of judging."""

    case: ClaimCase
    claims: tuple[Claim, ...]
    seconds: float

    @property
    def supported(self) -> bool:
        """Whether the validator calls all its sentences supported."""
        return all(claim.support is ClaimSupport.SUPPORTED for claim in self.claims)

    @property
    def score(self) -> float:
        """The least score of its sentences, in [0, 1]."""
        return min((claim.score for claim in self.claims), default=1.0)

    @property
    def contradicted(self) -> bool:
        """Whether a sentence is unsupported, no matter what share of its words is found."""
        return any(claim.score == 0.0 for claim in self.claims)


async def judge_all(
    validator: Validator, cases: Sequence[ClaimCase], progress: Callable[[int], None]
) -> list[JudgedCase]:
    """Judge the claims sequentially, each as an answer that cites its passages."""
    judged = []
    for case in cases:
        context = [Excerpt(passage, split(passage.text)) for passage in case.cited]
        markers = "".join(f"[{number}]" for number in range(1, len(context) + 1))
        started = time.perf_counter()
        checked = await validator.check(f"{case.claim} {markers}", context)
        seconds = time.perf_counter() - started
        judged.append(JudgedCase(case=case, claims=checked.validation.claims, seconds=seconds))
        progress(1)
    return judged
