"""Whether the passages contain what the question asks for: the basis of a refusal.

Signals, each in [0, 1]:

- *words*, *phrases*, *window*: the shares of the question's terms, of its pairs of terms, and of
  its rarer terms that one passage, or two sentences of it, contain (`evidence.py`);
- *similarity*: the best that the vector search found, a cosine in the unit of all-MiniLM-L6-v2,
  whatever the embedder (`ragline.adapters.models.embedding_identity`);
- *prominence*: how far the best passage's keyword score stands out;
- *rerank*: the cross-encoder's score of the best passage, if it was reranked.

The score is the greatest of: rerank; the weighted mean of the others, `words` standing in for the
similarity when no vector search ran; two thirds of the similarity, for questions in other words or
another language than the documents.

The weights are rounded from a logistic regression (.40, .43, .17) that separates questions whose
documents are in the index from those whose documents are not, over product documentation, two-hop
questions and scientific claims. Weights trained on two of the sets do as well on the third as its
own weights: the areas under the ROC curve differ by at most .013. docs/quality/refusals.md shows
what each threshold refuses.

From the mean of a text that asks, four further signs take away (`evidence_weights.py`):

- *titles*: the share of the question's terms that the title and headings of one passage name;
- *margin*: how far the best passage's final score is above the others';
- *lacks_name*: a name of several words is in no passage (`proper_names.py`);
- *unknown_name*: a name, code or number of the question is in no document at all. That an ordinary
  word is in none says nothing: small collections lack most words.

Claims and keywords are not questions: of them these signs tell nothing, so they do not count there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Passage
from ragline.questions.question_parts import is_asking
from ragline.questions.terms import sequence, terms
from ragline_generator.passages.meaning import without_frame
from ragline_generator.passages.ranking import Ranked
from ragline_generator.refusal.evidence import (
    PassageTerms,
    looking_named,
    margin,
    prominence,
    window,
)
from ragline_generator.refusal.evidence_weights import support_curve, weights

_WORDING_WEIGHT = 0.4
_SIMILARITY_WEIGHT = 0.45
_PROMINENCE_WEIGHT = 0.15
_SIMILARITY_ALONE = 2 / 3
_ON_SUBJECT = 0.4
_QUESTION_MARKS = ("?", "？")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """The signals; one is None if its stage did not run or there is nothing to compare.

    `missing` are the question's words that no passage contains, as the question spells them.
    """

    words: float
    phrases: float
    window: float
    similarity: float | None = None
    prominence: float | None = None
    rerank: float | None = None
    missing: tuple[str, ...] = ()
    asking: bool = False
    titles: float = 0.0
    margin: float | None = None
    lacks_name: bool = False
    unknown_name: bool = False

    @property
    def score(self) -> float:
        """The strongest evidence that an answer exists, in [0, 1]."""
        return min(1.0, max(self.mean - self._taken, self.least))

    @property
    def least(self) -> float:
        """What the score is at least, whatever the wording: by the models alone."""
        return max(self.rerank or 0.0, (self.similarity or 0.0) * _SIMILARITY_ALONE, 0.0)

    @property
    def support(self) -> float:
        """The probability that the passages hold an answer, if half of all questions have one."""
        return support_curve()(self.score)

    @property
    def on_subject(self) -> bool:
        """Whether the passages share the question's subject, with or without the answer."""
        nearness = self.words if self.similarity is None else self.similarity
        return (self.words + nearness) / 2 >= _ON_SUBJECT

    @property
    def mean(self) -> float:
        """The weighted mean of wording, similarity and prominence."""
        wording = (self.words + self.phrases + self.window) / 3
        nearness = self.words if self.similarity is None else self.similarity
        total = _WORDING_WEIGHT * wording + _SIMILARITY_WEIGHT * nearness
        if self.prominence is None:
            return total / (_WORDING_WEIGHT + _SIMILARITY_WEIGHT)
        return total + _PROMINENCE_WEIGHT * self.prominence

    @property
    def _taken(self) -> float:
        if not self.asking:
            return 0.0
        return weights().taken(
            titles=self.titles,
            margin=self.margin,
            lacks_name=self.lacks_name,
            unknown_name=self.unknown_name,
        )


def assess(
    question: str,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    *,
    unknown: Collection[str] = (),
) -> Relevance:
    """Measure how far `passages`, with their units as ranked for it, answer `question`.

    `unknown` are words that no document has.
    """
    asking = is_asking(question) or question.rstrip().endswith(_QUESTION_MARKS)
    question = without_frame(question)
    asked = sequence(question)
    reading = PassageTerms(passages)
    words = reading.words(frozenset(asked))
    phrases = reading.phrases(asked) if words else 0.0
    return Relevance(
        words=words,
        phrases=words if phrases is None else phrases,
        window=window(frozenset(asked), passages, ranked) if words else 0.0,
        similarity=max(
            (p.scores[SearchKind.VECTOR] for p in passages if SearchKind.VECTOR in p.scores),
            default=None,
        ),
        prominence=prominence(passages),
        rerank=max((p.rerank for p in passages if p.rerank is not None), default=None),
        missing=reading.missing(question),
        asking=asking,
        titles=reading.titles(frozenset(asked)),
        margin=margin(passages),
        lacks_name=reading.lacks_name(question),
        unknown_name=any(
            not terms(word).isdisjoint(asked) for word in looking_named(unknown, question)
        ),
    )
