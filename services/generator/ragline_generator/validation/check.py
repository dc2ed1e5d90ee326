"""Checks each claim of an answer against the passages that it cites.

A claim is a sentence, a list item or a step with content; code, and lines that only introduce what
follows, are not claims. Verdicts carry their range in the answer's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragline.citation_markers import find_markers, without_markers
from ragline.contracts.answers import Citation, Claim, ClaimProblem, ClaimSupport, Validation
from ragline.questions.terms import about_texts, terms
from ragline_generator.passages import readable
from ragline_generator.passages.context import Context, Excerpt, label
from ragline_generator.passages.units import LineKind, Unit, split
from ragline_generator.validation.citations import cite
from ragline_generator.validation.support import Support, support

# The rest of `Queues expire [1].` after its markers
_LONE_STOP = re.compile(r"(?<! ) ++([.!?;,])")
_LINKED = re.compile(r"!?\[[^\[\]]++\]\((?:[^()]|\([^()]*+\))*+\)|<https?://[^<>\s]++>")
METHOD = "lexical.v2"
_CLAIMS = (LineKind.PROSE, LineKind.ITEM, LineKind.STEP, LineKind.TABLE_ROW)


@dataclass(frozen=True, slots=True)
class Examined:
    """A claim at `[start, end)` of the answer, with its support by the cited passages.

    A `pointer` only names a source, mostly as a link.
    """

    start: int
    end: int
    content: str
    markers: tuple[int, ...]
    support: Support
    pointer: bool = False

    @property
    def problem(self) -> ClaimProblem | None:
        """How the passages contradict the claim, or `UNCITED` if it cites none."""
        return self.support.problem if self.markers else ClaimProblem.UNCITED

    def evidence(self, context: Context) -> str:
        """Return the units that support the claim, one per line."""
        found = self.support.evidence.items()
        return "\n".join(context[n - 1].slice(unit) for n, units in found for unit in units)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer's text with its verdicts and the citations of its markers.

    `pointers` are the claims, by their start, that only name a source.
    """

    text: str
    validation: Validation
    citations: tuple[Citation, ...]
    pointers: frozenset[int] = frozenset()

    @property
    def supported(self) -> bool:
        """Whether at least one claim that says more than where to look is supported."""
        return any(
            c.support is ClaimSupport.SUPPORTED and c.start not in self.pointers
            for c in self.validation.claims
        )

    @property
    def fully_supported(self) -> bool:
        """Whether there are claims and all of them are supported."""
        return bool(self.validation.claims) and self.validation.support_ratio == 1.0


def examine(text: str, context: Context) -> list[Examined]:
    """Compare each claim with its cited passages; markers must be those of `context`."""
    return [_examine(text, start, end, context) for start, end in claim_ranges(text)]


def _examine(text: str, start: int, end: int, context: Context) -> Examined:
    claim = text[start:end]
    markers = tuple(dict.fromkeys(m.number for m in find_markers(claim)))
    content = readable.sentence(_LONE_STOP.sub(r"\1", without_markers(claim)))
    cited = {marker: context[marker - 1] for marker in markers}
    found = support(content, cited)
    return Examined(start, end, content, markers, found, _only_points(claim, cited.values()))


def _only_points(claim: str, cited: Iterable[Excerpt]) -> bool:
    """Tell whether a claim has nothing but a link or a document's id, and words of its headings."""
    named = about_texts()
    rest = _LINKED.sub(" ", without_markers(claim))
    for excerpt in cited:
        rest = rest.replace(f"`{excerpt.passage.document_id}`", " ")
        named |= terms(label(excerpt.passage))
    return rest != without_markers(claim) and terms(rest) <= named


def claim_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the claims in `text`, in order."""
    for unit in split(text):
        start = unit.start + readable.list_mark_length(text[unit.start : unit.end])
        content = without_markers(text[start : unit.end])
        announces = content.endswith(":") and content == text[start : unit.end]
        if unit.kind in _CLAIMS and terms(content) and not announces:
            yield start, unit.end


def conclude(
    text: str,
    examined: Sequence[Examined],
    context: Context,
    *,
    min_support: float,
    opinions: Mapping[int, float] | None = None,
    method: str = METHOD,
) -> Checked:
    """Give every claim its verdict.

    Args:
        text: the answer.
        examined: its claims.
        context: the excerpts behind its markers.
        min_support: share of a claim's words that its passages must hold.
        opinions: another model's support score in [0, 1] for claims, by their index in `examined`;
            it replaces the share of words.
        method: names how the verdicts were reached.
    """
    claims, evidence = [], _marked(text)
    for place, each in enumerate(examined):
        opinion = (opinions or {}).get(place)
        claims.append(_verdict(text, each, min_support, opinion))
        for marker, units in each.support.evidence.items():
            evidence[marker].extend(units)
    citations = tuple(
        cite(marker, context[marker - 1], units) for marker, units in sorted(evidence.items())
    )
    pointers = frozenset(each.start for each in examined if each.pointer)
    return Checked(text, Validation(method=method, claims=tuple(claims)), citations, pointers)


def _marked(text: str) -> dict[int, list[Unit]]:
    return {marker.number: [] for marker in find_markers(text)}


def _verdict(text: str, each: Examined, min_support: float, opinion: float | None) -> Claim:
    score, lacking = each.support.score, ClaimProblem.WORDS
    least = min_support
    if opinion is not None:
        score, lacking, least = opinion, ClaimProblem.OPINION, 0.5
    problem = each.problem or (lacking if score < least else None)
    return Claim(
        text=text[each.start : each.end],
        start=each.start,
        end=each.end,
        support=ClaimSupport.SUPPORTED if problem is None else ClaimSupport.UNSUPPORTED,
        score=score if each.markers else 0.0,
        markers=each.markers,
        problem=problem,
    )
