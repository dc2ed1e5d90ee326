"""Which passages a question is about, for answers that quote.

A language model reads all passages; an answerer that quotes has to choose. It follows the order of
the search, and headings: a section called what the question asks for is more likely to answer it
than a sentence elsewhere that happens to use the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ragline.contracts.queries import Passage
from ragline_generator.passages.context import label
from ragline_generator.passages.ranking import Ranked, coverage
from ragline_generator.passages.terms import asked, terms

_LEAST = 0.5
_RANK_SHARE = 0.5


def focus(question: str, passages: Sequence[Passage]) -> list[float]:
    """Return for each passage how far it is what the question is about, in (0, 1]."""
    weights = dict.fromkeys(asked(question), 1.0)
    best = max((passage.score for passage in passages), default=0.0)
    return [_focus(passage, best, weights) for passage in passages]


def weighed(ranked: Sequence[Sequence[Ranked]], focus: Sequence[float]) -> list[list[Ranked]]:
    """Return `ranked` with each score weighed by the `focus` of its passage."""
    return [
        [replace(each, score=each.score * share) for each in units]
        for share, units in zip(focus, ranked, strict=True)
    ]


def continued(passages: Sequence[Passage]) -> dict[int, int]:
    """Return which passage goes on where another one ends, by their numbers."""
    places = {(p.document_id, p.version, p.ordinal): n for n, p in enumerate(passages)}
    following = (places.get((p.document_id, p.version, p.ordinal + 1)) for p in passages)
    return {number: after for number, after in enumerate(following) if after is not None}


def _focus(passage: Passage, best: float, weights: Mapping[str, float]) -> float:
    found = passage.score / best if best > 0 else 1.0
    named = _named(passage, weights)
    return _LEAST + (1 - _LEAST) * (_RANK_SHARE * found + (1 - _RANK_SHARE) * named)


def _named(passage: Passage, weights: Mapping[str, float]) -> float:
    """Return how well title and headings name the question: F1 of its terms and theirs.

    The page's or the section's name has to be about the question; together they may be about more.
    """
    recall = coverage(weights, terms(label(passage)))
    own = max(_share(name, weights) for name in (passage.title, *passage.heading_path[-1:]))
    return 2 * recall * own / (recall + own) if recall + own else 0.0


def _share(name: str, weights: Mapping[str, float]) -> float:
    found = terms(name)
    return sum(term in weights for term in found) / len(found) if found else 0.0
