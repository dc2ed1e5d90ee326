"""A generated corpus is the same at every size, and its vectors are unit vectors near real ones."""

from __future__ import annotations

import numpy as np
import pytest

from ragline_evaluation.capacity.corpus import (
    CHUNKS_PER_DOCUMENT,
    GeneratedCorpus,
    Vectors,
    blocks,
    document_id,
    documents_of,
    is_restricted,
    number_of,
)
from ragline_evaluation.capacity.passages import SourcePassage

PASSAGES = [SourcePassage(f"title {n}", (f"one {n}.", f"two {n}.")) for n in range(50)]


@pytest.fixture
def real() -> Vectors:
    drawn = np.random.default_rng(1).normal(size=(len(PASSAGES), 16)) + 2.0
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture
def corpus(real: Vectors) -> GeneratedCorpus:
    return GeneratedCorpus(PASSAGES, real, tenant="t")


def test_the_first_chunks_are_the_passages(corpus: GeneratedCorpus, real: Vectors) -> None:
    chunks = [chunk for number in range(3) for chunk in corpus.document(number).chunks]
    assert [chunk.text for chunk in chunks[:50]] == [each.text for each in PASSAGES]
    assert corpus.vectors(0, 3)[:50] == pytest.approx(real, abs=1e-6)


def test_later_chunks_are_near_their_origin_and_differ(
    corpus: GeneratedCorpus, real: Vectors
) -> None:
    vectors = corpus.vectors(5, 30)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(vectors)))
    origins = real[np.arange(5 * CHUNKS_PER_DOCUMENT, 30 * CHUNKS_PER_DOCUMENT) % len(PASSAGES)]
    cosines = np.sum(vectors * origins, axis=1)
    assert 0.8 < cosines.mean() < 0.99
    assert len(np.unique(vectors.round(6), axis=0)) > 0.95 * len(vectors)


def test_a_document_has_the_vectors_of_its_number(corpus: GeneratedCorpus) -> None:
    found = corpus.document(7)
    assert [chunk.ordinal for chunk in found.chunks] == list(range(CHUNKS_PER_DOCUMENT))
    stored = np.array([chunk.embedding for chunk in found.chunks], dtype=np.float32)
    assert np.array_equal(stored, corpus.vectors(0, 9)[7 * CHUNKS_PER_DOCUMENT :][:20])
    assert corpus.document(7) == found


def test_a_tenth_is_for_one_group(corpus: GeneratedCorpus) -> None:
    access = [corpus.document(number).access for number in range(20)]
    assert [each for each in access if each] == [("staff",), ("staff",)]
    assert [bool(each) for each in access] == [is_restricted(number) for number in range(20)]


def test_ids_and_sizes() -> None:
    assert number_of(document_id(123)) == 123
    assert [documents_of(chunks) for chunks in (1, 20, 21)] == [1, 1, 2]
    assert list(blocks(5, 2)) == [(0, 2), (2, 4), (4, 5)]
