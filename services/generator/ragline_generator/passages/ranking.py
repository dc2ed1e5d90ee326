"""Lexical ranking: how well each unit of the passages matches the words of the question.

The weight of a word is its inverse document frequency over the given units (Robertson and Sparck
Jones, 1976), so a word that is in every unit has no weight. A unit's score is the weighted share of
the question's words that it contains; words found only in its title and headings count half.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragline.contracts.queries import Passage
from ragline_generator.passages.context import label
from ragline_generator.passages.terms import asked, terms
from ragline_generator.passages.units import LineKind, Unit, split

_HEADING_SHARE = 0.5
_NEIGHBOUR_SHARE = 0.15
_PASSAGE_SHARE = 0.3
_FEW_TERMS = 4
_UNFINISHED_SHARE = 0.6
_STATEMENT_ENDS = (".", "!", ":", "…", "。", "！", '"', "”", ")", "`", "*", "_")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit of passage number `index` with its text, its terms and its score in [0, 1]."""

    index: int
    unit: Unit
    text: str
    terms: frozenset[str]
    score: float


_Read = tuple[Unit, str, frozenset[str]]


class Ranking:
    """The units of a question's passages, ranked; nothing is split up or ranked twice."""

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self._wanted = asked(question)
        self._passages = passages
        self._split_up: list[list[_Read]] = []
        self._ranked: dict[int, list[list[Ranked]]] = {}

    def of_best(self, most: int) -> list[list[Ranked]]:
        """Return the ranked units of the first `most` passages, which are all that is compared."""
        count = min(most, len(self._passages))
        if count not in self._ranked:
            unread = self._passages[len(self._split_up) : count]
            self._split_up += [_with_terms(passage.text) for passage in unread]
            self._ranked[count] = self._rank(self._passages[:count], self._split_up[:count])
        return self._ranked[count]

    def of_all(self) -> list[list[Ranked]]:
        """Return the ranked units of all passages."""
        return self.of_best(len(self._passages))

    def _rank(
        self, passages: Sequence[Passage], split_up: Sequence[Sequence[_Read]]
    ) -> list[list[Ranked]]:
        weights = term_weights(self._wanted, [found for units in split_up for _, _, found in units])
        best = max((p.score for p in passages), default=0.0)
        return [
            _rank_passage(index, units, terms(label(passage)), weights, _trust(passage.score, best))
            for index, (passage, units) in enumerate(zip(passages, split_up, strict=True))
        ]


def rank(question: str, passages: Sequence[Passage]) -> list[list[Ranked]]:
    """Score every unit that is not noise, passage by passage, in order of the text."""
    return Ranking(question, passages).of_all()


def _with_terms(text: str) -> list[_Read]:
    pieces = ((unit, text[unit.start : unit.end]) for unit in split(text))
    return [(unit, piece, terms(piece)) for unit, piece in pieces]


def term_weights(wanted: Iterable[str], units: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """Return each wanted term's inverse document frequency over `units`."""
    seen: Counter[str] = Counter()
    total = 0
    for found in units:
        seen.update(found)
        total += 1
    return {term: math.log(1 + (total - seen[term] + 0.5) / (seen[term] + 0.5)) for term in wanted}


def coverage(weights: Mapping[str, float], found: frozenset[str]) -> float:
    """Return the weighted share of the terms that are in `found`."""
    # fsum is exact: the result does not depend on the set's order, which differs by process
    total = math.fsum(weights.values())
    return math.fsum(w for term, w in weights.items() if term in found) / total if total else 0.0


def _rank_passage(
    index: int,
    units: Sequence[_Read],
    headings: frozenset[str],
    weights: Mapping[str, float],
    trust: float,
) -> list[Ranked]:
    scores = [
        _own_score(found, headings, weights) * _form(unit, text) for unit, text, found in units
    ]
    smoothed = [
        score + _NEIGHBOUR_SHARE * max(before, after)
        for before, score, after in zip([0.0, *scores], scores, [*scores[1:], 0.0], strict=False)
    ]
    return [
        Ranked(index, unit, text, found, trust * score / (1 + _NEIGHBOUR_SHARE))
        for (unit, text, found), score in zip(units, smoothed, strict=True)
        if unit.kind is not LineKind.NOISE
    ]


def _form(unit: Unit, text: str) -> float:
    """Rank questions and lines without final punctuation (titles, menus) below statements."""
    if unit.kind is not LineKind.PROSE or text.endswith(_STATEMENT_ENDS):
        return 1.0
    return _UNFINISHED_SHARE


def _own_score(
    found: frozenset[str], headings: frozenset[str], weights: Mapping[str, float]
) -> float:
    inside = coverage(weights, found)
    around = coverage(weights, headings | found) - inside
    substance = min(1.0, len(found) / _FEW_TERMS)
    return substance * (inside + _HEADING_SHARE * around)


def _trust(score: float, best: float) -> float:
    relative = score / best if best > 0 else 1.0
    return 1 - _PASSAGE_SHARE * (1 - relative)
