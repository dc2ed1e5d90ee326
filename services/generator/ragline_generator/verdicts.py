"""From a written text to an outcome: missing markers, the check of all claims, the policy."""

from __future__ import annotations

import re
from enum import StrEnum

from ragline.contracts.answers import AnswerStatus
from ragline.contracts.answers import Support as Verdict
from ragline_generator.context import Context
from ragline_generator.markers import find_markers
from ragline_generator.outcome import UNSUPPORTED, Outcome
from ragline_generator.support import Support, support
from ragline_generator.validation import Checked, check, claim_ranges

# A list mark at the end of what is kept, when the item behind it is cut out
_LIST_MARK_LEFT = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•]|(?:\d{1,3}|[a-z])[.)])$")


class Policy(StrEnum):
    """What becomes of unsupported claims: kept with their verdict, removed, or all refused."""

    MARK = "mark"
    DROP = "drop"
    REFUSE = "refuse"


def judge(
    text: str, context: Context, *, policy: Policy, min_support: float, attributed: bool = False
) -> Outcome:
    """Check `text` and apply `policy`; `attributed` first adds markers that a model forgot.

    Without any supported claim the answer is refused, whatever the policy.
    """
    if attributed:
        text = attribute(text, context, min_support=min_support)
    checked = check(text, context, min_support=min_support)
    if policy is Policy.DROP and checked.supported:
        checked = check(without_unsupported(checked), context, min_support=min_support)
    refused = policy is Policy.REFUSE and not checked.fully_supported
    if refused or not checked.supported:
        return Outcome(status=AnswerStatus.REFUSED, checked=checked, reason=UNSUPPORTED)
    return Outcome(status=AnswerStatus.ANSWERED, checked=checked)


def attribute(text: str, context: Context, *, min_support: float) -> str:
    """Add a marker to each claim without one, where an excerpt supports it.

    Models forget markers, small ones often; a claim that a passage supports need not be lost for
    that. What no passage supports stays without a marker, hence unsupported.
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
    found = ((support(claim, excerpt), n) for n, excerpt in enumerate(context, start=1))
    return max(found, key=lambda pair: pair[0].score, default=(Support(0.0), 0))


def without_unsupported(checked: Checked) -> str:
    """Return the text with the unsupported claims cut out."""
    parts, at = [], 0
    for claim in checked.validation.claims:
        if claim.support is Verdict.UNSUPPORTED:
            parts.append(_LIST_MARK_LEFT.sub("", checked.text[at : claim.start].rstrip(" ")))
            at = claim.end
    return "".join([*parts, checked.text[at:]]).strip()
