"""Exact nearest neighbours by comparing all vectors, and the share of them that a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ragline.contracts.queries import Candidate
from ragline_evaluation.capacity.corpus import (
    CHUNKS_PER_DOCUMENT,
    GeneratedCorpus,
    Vectors,
    blocks,
    is_restricted,
    number_of,
)
from ragline_evaluation.capacity.measure import EmbeddedQuestion

_DOCUMENTS_AT_ONCE = 1_000
# two cosines closer than this count as one: stores compute in 32 bits, or keep 16
_TIE = 2e-5

Chunk = tuple[int, int]
"""The number of a document and the ordinal of a chunk in it."""


class ExactNeighbours:
    """The `depth` best scores of each question so far, over blocks of vectors."""

    def __init__(self, questions: Vectors, depth: int) -> None:
        self._questions = questions
        self._depth = depth
        self.scores: NDArray[np.float32] = np.empty((len(questions), 0), np.float32)

    def add(self, vectors: Vectors) -> None:
        """Compare all questions with a block of vectors."""
        found = np.concatenate([self.scores, self._questions @ vectors.T], axis=1)
        if found.shape[1] > self._depth:
            found = -np.partition(-found, self._depth - 1, axis=1)[:, : self._depth]
        self.scores = found

    @property
    def thresholds(self) -> NDArray[np.float32]:
        """The lowest score of each question that is still among the best."""
        return np.asarray(self.scores.min(axis=1), dtype=np.float32)


def measured_recall(
    corpus: GeneratedCorpus,
    documents: int,
    questions: Sequence[EmbeddedQuestion],
    found: Sequence[Sequence[Candidate]],
    depth: int,
) -> float:
    """Return the recall among the `depth` best of what a reader without a group has found."""
    vectors = np.asarray([asked.vector for asked in questions], dtype=np.float32)
    exact = open_neighbours(corpus, documents, vectors, depth)
    chunks = [[(number_of(hit.document_id), hit.ordinal) for hit in hits] for hits in found]
    return recall(corpus, vectors, exact, chunks)


def open_neighbours(
    corpus: GeneratedCorpus, documents: int, questions: Vectors, depth: int
) -> ExactNeighbours:
    """Return the best chunks of the first `documents` that a reader without a group may see."""
    exact = ExactNeighbours(questions, depth)
    for first, end in blocks(documents, _DOCUMENTS_AT_ONCE):
        seen = np.repeat([not is_restricted(n) for n in range(first, end)], CHUNKS_PER_DOCUMENT)
        exact.add(corpus.vectors(first, end)[seen])
    return exact


def recall(
    corpus: GeneratedCorpus,
    questions: Vectors,
    exact: ExactNeighbours,
    found: Sequence[Iterable[Chunk]],
) -> float:
    """Return the mean share of the exact best chunks that were found.

    A chunk counts if its exact score reaches the lowest of the exact best ones, so that a search
    may choose among equals.
    """
    depth = exact.scores.shape[1]
    shares = []
    for question, threshold, chunks in zip(questions, exact.thresholds, found, strict=True):
        scores = [
            float(corpus.vectors(document, document + 1)[ordinal] @ question)
            for document, ordinal in list(chunks)[:depth]
        ]
        shares.append(sum(score >= threshold - _TIE for score in scores) / depth)
    return float(np.mean(shares))
