"""Turns a text into an outcome: adds missing markers, checks all claims, applies the policy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragline.citation_markers import find_markers
from ragline.contracts.answers import AnswerStatus, ClaimSupport
from ragline.contracts.plan import UnsupportedPolicy
from ragline.errors import RaglineError
from ragline.ports.models import SecondOpinion
from ragline_generator.outcome import UNSUPPORTED, AnswerOutcome
from ragline_generator.passages.context import Context
from ragline_generator.validation.check import (
    METHOD,
    Checked,
    Examined,
    claim_ranges,
    conclude,
    examine,
)
from ragline_generator.validation.support import Support, support

# A list mark left at the end of the kept text when its item is cut out
_LIST_MARK_LEFT = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•]|(?:\d{1,3}|[a-z])[.)])$")


class Validator:
    """Checks an answer's claims and applies the policy to those without support.

    Args:
        min_support: share of a claim's words that its passages must hold.
        opinion: an entailment model for claims that the lexical check leaves in doubt; without it,
            or when it fails, the lexical check alone decides.
        doubt_from: claims with a smaller share of words found are not sent to the model.
    """

    def __init__(
        self, *, min_support: float, opinion: SecondOpinion | None = None, doubt_from: float = 0.4
    ) -> None:
        self._min_support = min_support
        self._opinion = opinion
        self._doubt_from = doubt_from

    @property
    def method(self) -> str:
        """The name of the method that judges doubtful claims."""
        return METHOD if self._opinion is None else f"{METHOD}+{self._opinion.method}"

    async def judge(
        self, text: str, context: Context, *, policy: UnsupportedPolicy, attributed: bool = False
    ) -> AnswerOutcome:
        """Check `text` and apply `policy`; `attributed` first adds missing markers.

        Without any supported claim the answer is refused, whatever the policy.
        """
        if attributed:
            text = attribute(text, context, min_support=self._min_support)
        checked = await self.check(text, context)
        if policy is UnsupportedPolicy.DROP and checked.supported:
            checked = await self.check(without_unsupported(checked), context)
        refused = policy is UnsupportedPolicy.REFUSE and not checked.fully_supported
        if refused or not checked.supported:
            return AnswerOutcome(status=AnswerStatus.REFUSED, checked=checked, reason=UNSUPPORTED)
        return AnswerOutcome(status=AnswerStatus.ANSWERED, checked=checked)

    async def check(self, text: str, context: Context) -> Checked:
        """Give every claim of `text` its verdict; its markers must be those of `context`."""
        examined = examine(text, context)
        if self._opinion is None:
            return conclude(text, examined, context, min_support=self._min_support)
        opinions = await self._opinions(self._opinion, examined, context)
        return conclude(
            text,
            examined,
            context,
            min_support=self._min_support,
            opinions=opinions,
            method=self.method if opinions else METHOD,
        )

    async def _opinions(
        self, opinion: SecondOpinion, examined: Sequence[Examined], context: Context
    ) -> dict[int, float]:
        until = max(self._min_support, opinion.asked_until)
        doubtful = [
            place
            for place, each in enumerate(examined)
            if each.problem is None and self._doubt_from <= each.support.score < until
        ]
        pairs = [(examined[p].evidence(context), examined[p].content) for p in doubtful]
        if not pairs:
            return {}
        try:
            return dict(zip(doubtful, await opinion.supported(pairs), strict=True))
        except RaglineError:
            return {}


def attribute(text: str, context: Context, *, min_support: float) -> str:
    """Add a marker to each claim without one, if an excerpt supports the claim.

    Models, especially small ones, omit markers; a claim that a passage supports should not be lost
    for that. A claim that no passage supports stays without a marker and is thus unsupported.
    """
    parts, at = [], 0
    for start, end in claim_ranges(text):
        if any(find_markers(text[start:end])):
            continue
        best, marker = _best_excerpt(text[start:end], context)
        if best.score >= min_support:
            parts += [text[at:end], f" [{marker}]"]
            at = end
    return "".join([*parts, text[at:]])


def _best_excerpt(claim: str, context: Context) -> tuple[Support, int]:
    found = ((support(claim, {n: excerpt}), n) for n, excerpt in enumerate(context, start=1))
    return max(found, key=lambda pair: pair[0].score, default=(Support(0.0), 0))


def without_unsupported(checked: Checked) -> str:
    """Return the text with the unsupported claims cut out."""
    parts, at = [], 0
    for claim in checked.validation.claims:
        if claim.support is ClaimSupport.UNSUPPORTED:
            parts.append(_LIST_MARK_LEFT.sub("", checked.text[at : claim.start].rstrip(" ")))
            at = claim.end
    return "".join([*parts, checked.text[at:]]).strip()
