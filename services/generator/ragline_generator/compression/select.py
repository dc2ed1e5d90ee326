"""Query-aware extractive compression: the best units of the passages within a token budget.

Selection is by unit, so code, table rows and numbered steps are never cut; what a unit needs to
be understood (the head of its table, its heading, the sentence that announces its list) comes with
it. Order, headings and source offsets are kept.

What is chosen is to cover the terms that an answer will need (`term_weights.py`), each once: a unit
counts for what the chosen ones do not say yet, per token that it costs. This is the greedy choice
under a budget of Lin and Bilmes, "A Class of Submodular Functions for Document Summarization"
(2011).
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
    """Choose units within `budget` tokens; passages, and what is kept of each, stay in order.

    The budget holds for the text of the excerpts as `count` counts it, gap signs included; what a
    prompt writes around an excerpt is not part of it. Where everything fits, all of it is kept.
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
    """Takes units one by one, the best per token first; units are named by their place."""

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
        """Return what is kept of each passage, in order."""
        left, places = budget, list(self._places)
        while places and left:
            # where nothing new is left all are equal: then the best passages fill the budget
            best = max(places, key=self._merits.__getitem__)
            places.remove(best)
            left -= self._take(best, left)
        return [[self._units[place] for place in sorted(kept)] for kept in self._kept]

    def _merit(self, place: int) -> float:
        # exactly rounded: the same choice whatever order the set has in this process
        gain = fsum(self._worth[term] for term in self._new[place])
        return gain / max(1, self._cost(place))

    def _cost(self, place: int) -> int:
        kept = self._kept[self._units[place].index]
        return sum(self._costs[n] for n in self._needed[place] if n not in kept)

    def _take(self, place: int, left: int) -> int:
        """Keep a unit and what it needs if `left` tokens are enough; return the tokens spent."""
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
        """Let the terms of what is kept now be nothing new elsewhere, and its heads be paid for."""
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
    """Return for each key the places of the sets that hold it."""
    places: defaultdict[Key, list[int]] = defaultdict(list)
    for place, keys in enumerate(sets):
        for key in keys:
            places[key].append(place)
    return places
