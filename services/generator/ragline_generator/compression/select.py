"""Query-aware extractive compression: the best units of the passages within a token budget.

Selection is by unit, so code, table rows and numbered steps are never cut. A selected unit brings
the units that it needs to be understood: the head of its table, its heading, the sentence that
introduces its list. Order, headings and source offsets are kept.

The selection covers the terms that an answer will need (`term_weights.py`), each once: the value of
a unit is the weight of its terms that are not covered yet, per token of its cost. This is the
budgeted greedy algorithm of Lin and Bilmes, "A Class of Submodular Functions for Document
Summarization" (2011).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from math import fsum
from typing import TypeVar

from ragline.contracts.queries import Passage
from ragline_generator.compression.dependencies import HEADS, dependencies, stands_alone
from ragline_generator.compression.term_weights import answer_term_weights
from ragline_generator.passages.context import Context, Excerpt
from ragline_generator.passages.ranking import Ranked

Count = Callable[[str], int]
Key = TypeVar("Key")


def compress(
    question: str,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    *,
    budget: int,
    count: Count,
) -> Context:
    """Choose units within `budget` tokens; passages and their units stay in order.

    The budget applies to the text of the excerpts as counted by `count`, including gap signs, but
    not to the text that a prompt adds around an excerpt. If everything fits, everything is kept.
    """
    kept = [list(units) for units in ranked]
    if sum(count(_excerpt(*each).text) for each in zip(passages, kept, strict=True)) > budget:
        kept = _Selection(passages, ranked, answer_term_weights(question, ranked), count).within(
            budget
        )
    return [
        _excerpt(passage, units)
        for passage, units in zip(passages, kept, strict=True)
        if any(each.unit.kind not in HEADS for each in units)
    ]


def tokens_of(passages: Sequence[Passage], count: Count) -> int:
    """Return how many tokens the passages have before compression."""
    return sum(count(passage.text) for passage in passages)


def _excerpt(passage: Passage, units: Sequence[Ranked]) -> Excerpt:
    return Excerpt(passage, tuple(each.unit for each in units))


class _Selection:
    """Takes units one by one, the best per token first; a unit is identified by its index."""

    def __init__(
        self,
        passages: Sequence[Passage],
        ranked: Sequence[Sequence[Ranked]],
        worth: Mapping[str, float],
        count: Count,
    ) -> None:
        self._passages = passages
        self._worth = worth
        self._count = count
        self._units = [each for units in ranked for each in units]
        self._needed = _needed(ranked)
        alone = [stands_alone(units, at) for units in ranked for at in range(len(units))]
        self._places = [place for place, each in enumerate(alone) if each]
        self._costs = [max(1, count(each.text)) for each in self._units]
        self._new = [set(each.terms) for each in self._units]
        self._holders = _inverted(each.terms for each in self._units)
        self._leaners = _inverted(self._needed)
        self._kept: list[set[int]] = [set() for _ in passages]
        self._tokens = [0] * len(passages)
        self._merits = list(map(self._merit, range(len(self._units))))

    def within(self, budget: int) -> list[list[Ranked]]:
        """Return the selected units of each passage, in order."""
        left, places = budget, list(self._places)
        while places and left:
            # once all terms are covered, all units tie: then the best passages fill the budget
            best = max(places, key=self._merits.__getitem__)
            places.remove(best)
            left -= self._take(best, left)
        return [[self._units[place] for place in sorted(kept)] for kept in self._kept]

    def _merit(self, place: int) -> float:
        # fsum is exact: the choice does not depend on the set's order, which differs by process
        gain = fsum(self._worth[term] for term in self._new[place])
        return gain / max(1, self._cost(place))

    def _cost(self, place: int) -> int:
        kept = self._kept[self._units[place].index]
        return sum(self._costs[n] for n in self._needed[place] if n not in kept)

    def _take(self, place: int, left: int) -> int:
        """Keep a unit and its dependencies if they fit `left` tokens; return the tokens spent."""
        if self._cost(place) > left:
            return 0
        index = self._units[place].index
        kept = self._kept[index] | self._needed[place]
        excerpt = _excerpt(self._passages[index], [self._units[n] for n in sorted(kept)])
        spent = self._count(excerpt.text) - self._tokens[index]
        if spent > left:
            return 0
        added = kept - self._kept[index]
        self._kept[index] = kept
        self._tokens[index] += spent
        self._cover(added)
        return spent

    def _cover(self, added: Set[int]) -> None:
        """Update the merits after units were kept: their terms are covered, their tokens spent."""
        terms = frozenset[str]().union(*(self._units[place].terms for place in added))
        touched = {holder for term in terms for holder in self._holders.pop(term, ())}
        for place in touched:
            self._new[place] -= terms
        touched.update(place for n in added for place in self._leaners[n])
        for place in touched:
            self._merits[place] = self._merit(place)


def _needed(ranked: Sequence[Sequence[Ranked]]) -> list[set[int]]:
    found: list[set[int]] = []
    for units in ranked:
        before = len(found)
        found += [{before + n for n in (at, *dependencies(units, at))} for at in range(len(units))]
    return found


def _inverted(sets: Iterable[Iterable[Key]]) -> defaultdict[Key, list[int]]:
    """Return for each key the indices of the sets that contain it."""
    places: defaultdict[Key, list[int]] = defaultdict(list)
    for place, keys in enumerate(sets):
        for key in keys:
            places[key].append(place)
    return places
