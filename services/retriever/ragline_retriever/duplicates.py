"""Near-duplicates: removes passages with the same content as a better one.

Texts are compared by the words that they have in common (the resemblance of Broder, "On the
Resemblance and Containment of Documents", 1997, over words). Two cheap tests first exclude most
pairs; what takes time is to take each text apart, so no more of them are than somebody asks for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ragline.contracts.queries import Candidate
from ragline.folding import folded

# resemblance (share of common words) from which two texts are duplicates
_SAME_FROM = 0.85
_NUMBER = re.compile("[0-9]+")  # a folded text has no other digits


@dataclass(frozen=True, slots=True)
class _Words:
    """The distinct words of a folded text."""

    text: str
    all: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """The words that may be names (with a capital letter); few pairs need to know."""
        return frozenset(word.casefold() for word in self.text.split() if not word.islower())


def drop_near_duplicates(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the best (first) of each group of duplicates, across all documents.

    Texts that differ in a number, a name, a version or a code are not duplicates, however much else
    they share: the pages of two releases, or of two villages, are both kept.
    """
    known: defaultdict[frozenset[str], list[_Words]] = defaultdict(list)
    for candidate in candidates:
        text = folded(candidate.text)
        distinct = _Words(text=text, all=frozenset(text.casefold().split()))
        with_same_numbers = known[_numbers(distinct.all)]
        if not any(_say_the_same(distinct, other) for other in with_same_numbers):
            with_same_numbers.append(distinct)
            yield candidate


def _numbers(words: Iterable[str]) -> frozenset[str]:
    """Return the numbers in words; most words are letters, and a search of them takes longest."""
    return frozenset(_NUMBER.findall(" ".join(word for word in words if not word.isalpha())))


def _say_the_same(one: _Words, other: _Words) -> bool:
    fewer, more = sorted((len(one.all), len(other.all)))
    if fewer < _SAME_FROM * more:
        return False
    common = len(one.all & other.all)
    if common < _SAME_FROM * (fewer + more - common):
        return False
    return (one.all ^ other.all).isdisjoint(one.names | other.names)
