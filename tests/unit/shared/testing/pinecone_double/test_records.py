"""The double's records: what an index takes, and how it scores."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.testing.pinecone_double.records import check, score
from ragline.testing.pinecone_double.refusals import RefusedCall

FIELDS: dict[str, dict[str, Any]] = {
    "embedding": {"type": "dense_vector", "dimension": 2, "metric": "cosine"},
    "words": {"type": "sparse_vector"},
}
GOOD = {"_id": "a", "embedding": [1.0, 0.0], "words": {"indices": [1, 7], "values": [0.5, 2.0]}}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"words": None},
        {"text": "x" * 39_000},
        {"tags": ["a"], "number": 1, "ratio": 0.5, "flag": True},
        {"_id": "x" * 512},
    ],
)
def test_what_is_within_the_limits_is_taken(change: dict[str, Any]) -> None:
    record = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    check(record, FIELDS)


@pytest.mark.parametrize(
    "change",
    [
        {"_id": ""},
        {"_id": "x" * 513},
        {"_id": "ä"},
        {"_id": "a\0"},
        {"embedding": None},
        {"embedding": [0.0, 0.0]},
        {"embedding": [1.0]},
        {"words": {"indices": [], "values": []}},
        {"words": {"indices": [1, 1], "values": [1.0, 1.0]}},
        {"words": {"indices": [2**32], "values": [1.0]}},
        {"words": {"indices": list(range(1_001)), "values": [1.0] * 1_001}},
        {"text": "x" * 40_001},
        {"nested": {"a": 1}},
        {"numbers": [1, 2]},
        {"nothing": None},
        {"$price": 1},
    ],
)
def test_what_is_beyond_them_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RefusedCall):
        check({**GOOD, **change}, FIELDS)


def test_dense_vectors_score_by_cosine() -> None:
    clause = {"type": "dense_vector", "field": "embedding", "values": [1.0, 1.0]}
    assert score(GOOD, clause) == pytest.approx(0.5**0.5)


def test_sparse_vectors_score_by_inner_product_and_nothing_in_common_is_no_hit() -> None:
    clause = {"type": "sparse_vector", "field": "words"}
    asked = {"indices": [7, 9], "values": [3.0, 1.0]}
    assert score(GOOD, {**clause, "sparse_values": asked}) == 6.0
    assert score(GOOD, {**clause, "sparse_values": {"indices": [2], "values": [1.0]}}) is None
