"""Reranks by the wording of question and passage, which the searches do not look at.

BM25 and vectors know neither the order of the words nor how much of a title the question names.
Two shares, each in [0, 1], are added to the fused relevance:

- *title*: of the title's words, those that the question has. A page that is about what is asked has
  a title that says nothing else;
- *pairs*: of the question's pairs of neighbouring words, those that stand side by side in the text.
  One pair more counts as missing, so that a question of two words is not decided by that alone.

A question of a few words names a page rather than asking something: its title counts more then, and
pairs do not count, because the pages that mention a thing have its name word for word.

The weights are those of `wording.toml`, which says how they were made. It takes no model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from ragline.contracts.queries import Candidate, CandidatesRetrieved
from ragline_reranker.reranker import RankedPassages, rescored

Terms = Callable[[str], Sequence[str]]
NAME = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much the shares count beside the fused relevance, which counts 1; each is >= 0."""

    title: float
    pairs: float

    @property
    def total(self) -> float:
        """The greatest sum: all that is asked for is there."""
        return 1 + self.title + self.pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The weights for a question; `look_up` are those below `words` different words."""

    words: int
    look_up: Weights
    question: Weights

    def weights_for(self, asked: Sequence[str]) -> Weights:
        """Return the weights for a question of these words."""
        return self.look_up if len(set(asked)) < self.words else self.question


def packaged() -> Wording:
    """Return what `wording.toml` says."""
    read = tomllib.loads(files(__package__).joinpath("wording.toml").read_text("utf-8"))
    return Wording(
        words=read["words"],
        look_up=Weights(**read["look_up"]),
        question=Weights(**read["question"]),
    )


class WordingReranker:
    """A `Reranker` that counts words.

    Args:
        terms: returns a text's words in their order, stemmed, without stop words.
        wording: the weights of the two shares.
    """

    def __init__(self, *, terms: Terms, wording: Wording) -> None:
        self._terms = terms
        self._wording = wording

    async def rank(self, event: CandidatesRetrieved, ranking: RankedPassages) -> RankedPassages:
        """Return `ranking` with the first passages, as many as the plan says, by their wording."""
        depth = event.plan.rerank_depth
        first, others = ranking.passages[:depth], ranking.passages[depth:]
        asked = self._terms(event.standalone_text)
        read = [
            passage.model_copy(update={"score": self.score(asked, passage, passage.score)})
            for passage in first
        ]
        share = 1 / self._wording.weights_for(asked).total
        passages = rescored(read, others, share=share)
        return RankedPassages(passages=passages, ranked_by=NAME, degradation=ranking.degradation)

    def score(self, asked: Sequence[str], candidate: Candidate, found: float) -> float:
        """Return the score of `candidate`, in [0, 1].

        Args:
            asked: the terms of what was searched for, in their order.
            candidate: what was found.
            found: how well, in [0, 1].
        """
        weights = self._wording.weights_for(asked)
        total = found + weights.title * title_share(asked, self._terms(candidate.title))
        if weights.pairs:
            total += weights.pairs * pairs_share(asked, self._terms(candidate.text))
        return total / weights.total


def title_share(asked: Sequence[str], title: Sequence[str]) -> float:
    """Return the share of the distinct words of `title` that are in `asked`; 0 without a title."""
    named = set(title)
    return len(named.intersection(asked)) / len(named) if named else 0.0


def pairs_share(asked: Sequence[str], text: Sequence[str]) -> float:
    """Return the share of the distinct pairs of neighbours in `asked`, and one, that `text` has.

    Order counts, a word twice in a row does not; 0 without such a pair.
    """
    wanted = {(one, other) for one, other in pairwise(asked) if one != other}
    return len(wanted.intersection(pairwise(text))) / (len(wanted) + 1)
