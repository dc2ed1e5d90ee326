"""Which passages a question is about, for extractive answers.

A language model reads all passages; an extractive answerer has to choose. It uses the rank of the
search, and headings: a section whose heading names the subject of the question is more likely to
answer it than a sentence elsewhere that happens to use the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ragline.contracts.queries import Passage
from ragline.questions.terms import asked, terms
from ragline_generator.passages.context import label
from ragline_generator.passages.ranking import Ranked, coverage

_LEAST = 0.5
_RANK_SHARE = 0.5


def focus(question: str, passages: Sequence[Passage]) -> list[float]:
    """Return for each passage how well it matches the question's subject, in (0, 1]."""
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
    """Return for each passage's index the index of the passage that continues it, if any."""
    places = {(p.document_id, p.version, p.ordinal): n for n, p in enumerate(passages)}
    following = (places.get((p.document_id, p.version, p.ordinal + 1)) for p in passages)
    return {number: after for number, after in enumerate(following) if after is not None}


def _focus(passage: Passage, best: float, weights: Mapping[str, float]) -> float:
    found = passage.score / best if best > 0 else 1.0
    named = _named(passage, weights)
    return _LEAST + (1 - _LEAST) * (_RANK_SHARE * found + (1 - _RANK_SHARE) * named)


def _named(passage: Passage, weights: Mapping[str, float]) -> float:
    """Return how well title and headings name the question's subject: an F1 of terms.

    Recall is that of title and headings together; precision is that of the better of title and last
    heading, because together they may name more than the question.
    """
    recall = coverage(weights, terms(label(passage)))
    own = max(_share(name, weights) for name in (passage.title, *passage.heading_path[-1:]))
    return 2 * recall * own / (recall + own) if recall + own else 0.0


def _share(name: str, weights: Mapping[str, float]) -> float:
    found = terms(name)
    return sum(term in weights for term in found) / len(found) if found else 0.0
