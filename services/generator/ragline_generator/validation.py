"""Checks each claim of an answer against the passages that it cites.

A claim is a sentence, a list item or a step with content; lines that only announce what follows
and code are none. Verdicts carry their range in the answer's text, for people and machines alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ragline.contracts.answers import Citation, Claim, Validation
from ragline.contracts.answers import Support as Verdict
from ragline_generator import readable
from ragline_generator.citations import cite
from ragline_generator.context import Context
from ragline_generator.markers import find_markers, without_markers
from ragline_generator.support import support
from ragline_generator.terms import terms
from ragline_generator.units import Kind, Unit, split

METHOD = "lexical-overlap.v1"
_CLAIMS = (Kind.PROSE, Kind.ITEM, Kind.STEP, Kind.TABLE_ROW)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer's text with its verdicts and the citations of its markers."""

    text: str
    validation: Validation
    citations: tuple[Citation, ...]

    @property
    def supported(self) -> bool:
        """Whether at least one claim is supported."""
        return any(c.support is Verdict.SUPPORTED for c in self.validation.claims)

    @property
    def fully_supported(self) -> bool:
        """Whether there are claims and all of them are supported."""
        return bool(self.validation.claims) and self.validation.support_ratio == 1.0


def check(text: str, context: Context, *, min_support: float) -> Checked:
    """Judge every claim of `text`; its markers must be those of `context`."""
    claims: list[Claim] = []
    evidence: dict[int, list[Unit]] = {m.number: [] for m in find_markers(text)}
    for start, end in claim_ranges(text):
        claim, found = _judge(text, start, end, context, min_support)
        claims.append(claim)
        for marker, units in found.items():
            evidence[marker].extend(units)
    citations = tuple(
        cite(marker, context[marker - 1], units) for marker, units in sorted(evidence.items())
    )
    return Checked(text, Validation(method=METHOD, claims=tuple(claims)), citations)


def claim_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the claims in `text`, in order."""
    for unit in split(text):
        start = unit.start + readable.list_mark_length(text[unit.start : unit.end])
        content = without_markers(text[start : unit.end])
        announces = content.endswith(":") and content == text[start : unit.end]
        if unit.kind in _CLAIMS and terms(content) and not announces:
            yield start, unit.end


def _judge(
    text: str, start: int, end: int, context: Context, min_support: float
) -> tuple[Claim, Mapping[int, tuple[Unit, ...]]]:
    claim = text[start:end]
    markers = tuple(dict.fromkeys(m.number for m in find_markers(claim)))
    content = readable.sentence(without_markers(claim))
    found = {marker: support(content, context[marker - 1]) for marker in markers}
    score = max((s.score for s in found.values()), default=0.0)
    verdict = Verdict.SUPPORTED if score >= min_support else Verdict.UNSUPPORTED
    judged = Claim(text=claim, start=start, end=end, support=verdict, score=score, markers=markers)
    return judged, {marker: s.evidence for marker, s in found.items()}
