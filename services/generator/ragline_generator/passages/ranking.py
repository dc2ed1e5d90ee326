"""Lexical ranking: how well each unit of the passages matches the words of the question.

The weight of a word is its inverse document frequency over the given units (Robertson and Sparck
Jones, 1976), so a word that is in every unit has no weight. A unit's score is the weighted share of
the question's words that it contains; words found only in its page's title and headings, or in the
title-like line above it, count half. A unit outside the numbered thing that is asked for, or one
that gives orders to a model, has no score.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ragline.contracts.queries import Passage
from ragline.folding import folded
from ragline.questions.terms import asked, codes, terms
from ragline.unspaced import is_unspaced
from ragline_generator.passages import readable
from ragline_generator.passages.context import label
from ragline_generator.passages.injected import is_injected
from ragline_generator.passages.titles import titles_above
from ragline_generator.passages.units import LineKind, Unit, split

_HEADING_SHARE = 0.5
_NEIGHBOUR_SHARE = 0.15
_PASSAGE_SHARE = 0.3
_OTHER_TITLE_SHARE = 0.5
_OTHER_ROW_SHARE = 0.5
_CELL_SHARE = 0.2
_SEVERAL = 2
_SHORT_CELL = 2
_FEW_TERMS = 4
_UNFINISHED_SHARE = 0.6
_STATEMENT_ENDS = (".", "!", ":", "…", "。", "！", '"', "”", ")", "`", "*", "_")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit of passage number `index` with its text, its terms and its score in [0, 1].

    `matched` are the question's terms and codes that it has. `title` is the title-like line above
    it, or the unit itself if it is one; `named` tells that this title is that of a numbered thing
    that the question asks for.
    """

    index: int
    unit: Unit
    text: str
    terms: frozenset[str]
    score: float
    matched: frozenset[str] = frozenset()
    title: Unit | None = None
    named: bool = False

    @property
    def is_title(self) -> bool:
        """Whether it is a title-like line with something below it."""
        return self.title == self.unit


@dataclass(frozen=True, slots=True)
class _Read:
    """A unit with its text and terms, and the title above it with its terms."""

    unit: Unit
    text: str
    terms: frozenset[str]
    title: Unit | None
    title_terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the passages a question is about: starts of units, passage by passage.

    Only the units at `among` may answer, all if it is None; those at `named` stand under the title
    of the numbered thing that the question names by the terms `known`.
    """

    among: Sequence[Collection[int]] | None = None
    named: Sequence[Collection[int]] = ()
    known: frozenset[str] = frozenset()

    def of(self, index: int) -> tuple[Collection[int] | None, Collection[int]]:
        """Return `among` and `named` of the passage at `index`."""
        among = None if self.among is None else self.among[index]
        return among, self.named[index] if self.named else ()


@dataclass(frozen=True, slots=True)
class _Within:
    """What is asked for, and the scope in one passage."""

    question: str
    wanted: frozenset[str]
    codes: frozenset[str]
    among: Collection[int] | None
    named: Collection[int]


class Ranking:
    """The units of a question's passages, ranked; nothing is split up or ranked twice.

    Only what is in `scope` has a score. The terms that name it tell none of its units from another,
    so they do not count where the question has others.
    """

    def __init__(
        self, question: str, passages: Sequence[Passage], *, scope: Scope | None = None
    ) -> None:
        self._question = folded(question)
        self._wanted = asked(question)
        self._codes = codes(question)
        self._scope = scope or Scope()
        self._passages = passages
        self._split_up: list[tuple[_Read, ...]] = []
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
        weights = term_weights(
            self._telling(split_up), [each.terms for units in split_up for each in units]
        )
        best = max((p.score for p in passages), default=0.0)
        return [
            _rank_passage(
                index,
                units,
                terms(label(passage)),
                weights,
                _trust(passage.score, best),
                _Within(self._question, self._wanted, self._codes, *self._scope.of(index)),
            )
            for index, (passage, units) in enumerate(zip(passages, split_up, strict=True))
        ]

    def _telling(self, split_up: Sequence[Sequence[_Read]]) -> frozenset[str]:
        """Return the question's terms, without those known where others tell units apart."""
        others = self._wanted - self._scope.known
        inside = (
            each.terms
            for units, named in zip(split_up, self._scope.named, strict=False)
            for each in units
            if each.unit.start in named
        )
        return others if any(others & found for found in inside) else self._wanted


def rank(question: str, passages: Sequence[Passage]) -> list[list[Ranked]]:
    """Score every unit that is not noise, passage by passage, in order of the text."""
    return Ranking(question, passages).of_all()


@lru_cache(maxsize=512)
def _with_terms(text: str) -> tuple[_Read, ...]:
    found = [(unit, text[unit.start : unit.end]) for unit in split(text)]
    known = {unit: terms(piece) for unit, piece in found}
    titles = titles_above(text, tuple(known))
    return tuple(
        _Read(unit, piece, known[unit], title, known[title] if title else frozenset())
        for (unit, piece), title in zip(found, titles, strict=True)
    )


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
    within: _Within,
) -> list[Ranked]:
    telling = _telling_titles(units, within.wanted)
    matched = [_matched(each, within) for each in units]
    scores = [
        _own_score(each.terms, headings | each.title_terms, weights)
        * _form(each.unit, each.text)
        * (_OTHER_TITLE_SHARE if telling and not telling & (each.title_terms | each.terms) else 1.0)
        + (_CELL_SHARE if found - within.wanted - within.codes else 0.0)
        for each, found in zip(units, matched, strict=True)
    ]
    smoothed = [
        score + _NEIGHBOUR_SHARE * max(before, after)
        for before, score, after in zip([0.0, *scores], scores, [*scores[1:], 0.0], strict=False)
    ]
    rows = [
        found
        for each, found in zip(units, matched, strict=True)
        if each.unit.kind is LineKind.TABLE_ROW
    ]
    return [
        Ranked(
            index,
            each.unit,
            each.text,
            each.terms,
            trust
            * score
            / (1 + _NEIGHBOUR_SHARE)
            * (_OTHER_ROW_SHARE if _is_other_row(each, found, rows) else 1.0)
            if _may_answer(each, within)
            else 0.0,
            found,
            each.title,
            each.unit.start in within.named,
        )
        for each, score, found in zip(units, smoothed, matched, strict=True)
        if each.unit.kind is not LineKind.NOISE
    ]


def _matched(each: _Read, within: _Within) -> frozenset[str]:
    """Return the question's terms and codes in the unit, and of a row its cells as they stand.

    A cell may be too short for a term: one character, or a letter that is a stop word elsewhere.
    """
    found = each.terms & within.wanted
    if within.codes:
        found |= codes(each.text) & within.codes
    if each.unit.kind is not LineKind.TABLE_ROW:
        return found
    cells = (folded(cell).strip() for cell in readable.cells(each.text))
    return found | {f"|{cell}|" for cell in cells if _holds(within, cell)}


def _holds(within: _Within, cell: str) -> bool:
    if terms(cell) & within.wanted:
        return False  # found already
    if is_unspaced(cell):
        return cell in within.question
    short = len(cell) <= _SHORT_CELL and cell.isalnum()
    return short and re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", within.question) is not None


def _is_other_row(each: _Read, matched: frozenset[str], rows: Sequence[frozenset[str]]) -> bool:
    """Tell whether another row of the passage has all that this has of the question, and more."""
    return each.unit.kind is LineKind.TABLE_ROW and any(matched < other for other in rows)


def _telling_titles(units: Sequence[_Read], wanted: frozenset[str]) -> frozenset[str]:
    """Return the question's terms that some titles of the passage have, but not all of them."""
    titles = {each.title: each.title_terms for each in units if each.title is not None}
    if len(titles) < _SEVERAL:
        return frozenset()
    found = [own & wanted for own in titles.values()]
    return frozenset().union(*found) - frozenset.intersection(*found)


def _may_answer(each: _Read, within: _Within) -> bool:
    allowed = within.among is None or each.unit.start in within.among
    return allowed and not is_injected(each.text)


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
