"""Whether the passages have anything to do with the question: the ground for a refusal.

Signals, each in [0, 1]:

- *rerank*: the cross-encoder's score of the best passage, where one read it;
- *similarity*: the best cosine that the vector search found;
- *words*: the weighted share of the question's content terms that one passage holds, title and
  headings included. A term that looks like a name, a code or a number counts double.

The score is the greatest of: rerank; the mean of similarity and words (words alone when no vector
search ran); two thirds of the similarity, for questions in other words or another language than
the documents. On 200 questions with their answer among the passages and 300 over a foreign
collection (all-MiniLM-L6-v2, six passages each, no cross-encoder), a threshold of 0.4 refused 1 of
the former and 295 of the latter. It does not notice passages on the right subject that lack the
answer; validation and the language model do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragline.contracts.queries import Passage, SearchKind
from ragline_generator.context import label
from ragline_generator.ranking import coverage
from ragline_generator.terms import terms

_NAME = re.compile(r"\d|_|[A-Z]{2}|[a-z][A-Z]")
_NAME_WEIGHT = 2.0
_SIMILARITY_ALONE = 2 / 3
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """The signals; None where the stage behind one did not run."""

    words: float
    similarity: float | None
    rerank: float | None

    @property
    def score(self) -> float:
        """The strongest ground to answer, in [0, 1]."""
        grounds = [self.rerank or 0.0]
        if self.similarity is None:
            grounds.append(self.words)
        else:
            grounds += [(self.words + self.similarity) / 2, self.similarity * _SIMILARITY_ALONE]
        return max(grounds)


def assess(question: str, passages: Sequence[Passage]) -> Relevance:
    """Measure how far `passages` have to do with `question`."""
    weights = term_weights(question)
    found = (terms(f"{label(p)} {p.text}") for p in passages)
    return Relevance(
        words=max((coverage(weights, held) for held in found), default=0.0),
        similarity=max(
            (p.scores[SearchKind.VECTOR] for p in passages if SearchKind.VECTOR in p.scores),
            default=None,
        ),
        rerank=max((p.rerank for p in passages if p.rerank is not None), default=None),
    )


def term_weights(question: str) -> dict[str, float]:
    """Return the question's terms; those that look like names, codes or numbers weigh double."""
    weights: dict[str, float] = {}
    for position, match in enumerate(_WORD.finditer(question)):
        word = match.group()
        named = _NAME.search(word) or (position > 0 and word[0].isupper())
        for term in terms(word):
            weights[term] = max(weights.get(term, 0.0), _NAME_WEIGHT if named else 1.0)
    return weights
