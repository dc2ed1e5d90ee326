"""Whether a text is supported by an excerpt, by words, numbers and negation.

The evidence for a claim is the few units that together hold most of its content terms (a greedy
set cover); support is the share they hold. Few units rather than the whole passage, because in
800 characters the words of a false claim are often all there, far apart. Numbers must be in the
evidence's excerpt, and a claim must not negate what its best unit affirms, nor the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass

from ragline_generator.context import Excerpt, label
from ragline_generator.terms import negated, numbers, terms
from ragline_generator.units import Kind, Unit

_UNITS_OF_EVIDENCE = 3
_CONTRADICTION_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Support:
    """`score` is the share of the claim's terms found, 0 where numbers or negation differ."""

    score: float
    evidence: tuple[Unit, ...] = ()


def support(claim: str, excerpt: Excerpt) -> Support:
    """Measure how far `excerpt` supports `claim` (without markers)."""
    wanted = terms(claim)
    if not wanted:
        return Support(1.0, excerpt.units[:1])
    found = {
        unit: terms(excerpt.slice(unit)) & wanted
        for unit in excerpt.units
        if unit.kind is not Kind.NOISE
    }
    evidence = _cover(found)
    named = terms(label(excerpt.passage)) & wanted
    held = named.union(*(found[unit] for unit in evidence))
    score = len(held) / len(wanted)
    if not held or not _numbers_agree(claim, excerpt):
        return Support(0.0)
    if named == wanted:  # the claim only names the document
        return Support(score, tuple(evidence[:1]) or excerpt.units[:1])
    contradicted = bool(evidence) and _contradicts(claim, excerpt.slice(evidence[0]))
    if contradicted and score >= _CONTRADICTION_FROM:
        return Support(0.0)
    return Support(score, tuple(sorted(evidence, key=lambda unit: unit.start)))


def _cover(found: dict[Unit, frozenset[str]]) -> list[Unit]:
    """Choose units, each adding most new terms; the first is the best single one."""
    chosen: list[Unit] = []
    held: frozenset[str] = frozenset()
    while len(chosen) < _UNITS_OF_EVIDENCE:
        best = max(found, key=lambda unit: len(found[unit] - held), default=None)
        if best is None or not found[best] - held:
            break
        chosen.append(best)
        held |= found[best]
    return chosen


def _numbers_agree(claim: str, excerpt: Excerpt) -> bool:
    stated = numbers(claim)
    return not stated or stated <= numbers(f"{label(excerpt.passage)} {excerpt.text}")


def _contradicts(claim: str, unit: str) -> bool:
    return negated(claim) != negated(unit)
