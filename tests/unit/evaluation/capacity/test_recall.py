"""Exact neighbours, block by block, and the share of them that a search has found."""

from __future__ import annotations

import numpy as np
import pytest

from ragline_evaluation.capacity.corpus import CHUNKS_PER_DOCUMENT, GeneratedCorpus, is_restricted
from ragline_evaluation.capacity.passages import SourcePassage
from ragline_evaluation.capacity.recall import Chunk, ExactNeighbours, open_neighbours, recall

DOCUMENTS = 30
DEPTH = 10


@pytest.fixture
def corpus() -> GeneratedCorpus:
    drawn = np.random.default_rng(2).normal(size=(60, 8))
    unit = np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
    return GeneratedCorpus([SourcePassage("", (f"p{n}",)) for n in range(60)], unit, tenant="t")


def best(corpus: GeneratedCorpus, question: np.ndarray, depth: int) -> list[Chunk]:
    scores = corpus.vectors(0, DOCUMENTS) @ question
    order = [divmod(int(place), CHUNKS_PER_DOCUMENT) for place in np.argsort(-scores)]
    return [chunk for chunk in order if not is_restricted(chunk[0])][:depth]


def test_blocks_give_what_comparing_all_gives() -> None:
    drawn = np.random.default_rng(3).normal(size=(100, 8)).astype(np.float32)
    questions = drawn[:4]
    exact = ExactNeighbours(questions, 7)
    for at in range(0, 100, 9):
        exact.add(drawn[at : at + 9])
    whole = np.sort(questions @ drawn.T, axis=1)[:, -7:]
    assert np.sort(exact.scores, axis=1) == pytest.approx(whole)
    assert exact.thresholds == pytest.approx(whole[:, 0])


def test_recall_counts_what_reaches_the_last_of_the_best(corpus: GeneratedCorpus) -> None:
    questions = corpus.vectors(0, 1)[:5]
    exact = open_neighbours(corpus, DOCUMENTS, questions, DEPTH)
    whole = [best(corpus, question, DEPTH) for question in questions]
    assert recall(corpus, questions, exact, whole) == 1.0
    half = [
        [*chunks[:5], *best(corpus, question, 99)[50:60]]
        for question, chunks in zip(questions, whole, strict=True)
    ]
    assert recall(corpus, questions, exact, half) == pytest.approx(0.5)
    assert recall(corpus, questions, exact, [[]] * 5) == 0.0
