"""A chunk as a point: its id, its vectors and what it is filtered by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from qdrant_client import models

from ragline.adapters.stores.marked.keys import chunk_key
from ragline.adapters.stores.marked.markers import Marker, MarkerKind
from ragline.adapters.stores.qdrant.points import (
    LITERAL,
    MEANING,
    WORDS,
    chunk_points,
    marker,
    marker_point,
    point_id,
)
from ragline.adapters.stores.sparse import term_id
from ragline.testing.store_contract.builders import document


def test_one_document_in_two_tenants_is_two_points() -> None:
    uuid = chunk_key("guide", 1, 0)
    assert point_id("acme", uuid) != point_id("globex", uuid)
    (mine,) = chunk_points("acme", document(texts=["x"]), ())
    assert mine.id == point_id("acme", uuid)


def test_a_chunk_has_its_meaning_its_words_and_its_literal_words() -> None:
    (point,) = chunk_points("acme", document(texts=["limits"], title="Memory limits"), ("staff",))
    vectors: Any = point.vector
    assert set(vectors) == {MEANING, WORDS, LITERAL}
    words, literal = vectors[WORDS], vectors[LITERAL]
    assert isinstance(words, models.SparseVector)
    assert term_id("limit") in words.indices
    assert term_id("limits") in literal.indices
    assert term_id("limits") not in words.indices
    assert set(literal.values) == {1.0}


def test_a_chunk_without_words_has_no_vector_of_words() -> None:
    stored = document(texts=["x"])
    stored = replace(stored, chunks=[replace(stored.chunks[0], text="?!")])
    (point,) = chunk_points("acme", stored, ())
    vectors: Any = point.vector
    assert WORDS not in vectors


def test_a_marker_has_no_vector_and_comes_back() -> None:
    stated = Marker(kind=MarkerKind.ACCESS, document_id="guide", version=2**63 - 1, groups=("a",))
    point = marker_point("acme", stated)
    assert point.vector == {}
    assert marker(point.payload) == stated
