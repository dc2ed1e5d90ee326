"""The double's filters: as Pinecone describes its operators."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.testing.pinecone_double.filters import matches
from ragline.testing.pinecone_double.refusals import RefusedCall

RECORD = {"genre": "comedy", "year": 2020, "seen": True, "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, True),
        ({"genre": "comedy"}, True),
        ({"genre": {"$eq": "drama"}}, False),
        ({"genre": {"$ne": "drama"}}, True),
        ({"missing": {"$ne": "drama"}}, True),
        ({"missing": {"$eq": "drama"}}, False),
        ({"tags": "a"}, True),
        ({"tags": {"$in": ["c", "b"]}}, True),
        ({"tags": {"$nin": ["c"]}}, True),
        ({"tags": {"$nin": ["a"]}}, False),
        ({"year": {"$gt": 2019, "$lte": 2020}}, True),
        ({"year": {"$lt": 2020}}, False),
        ({"year": {"$gte": 2020.0}}, True),
        ({"genre": {"$gt": 1}}, False),
        ({"seen": True}, True),
        ({"genre": {"$exists": True}}, True),
        ({"missing": {"$exists": False}}, True),
        ({"$and": [{"genre": "comedy"}, {"year": 2020}]}, True),
        ({"$or": [{"genre": "drama"}, {"$and": [{"year": 2020}]}]}, True),
        ({"genre": "comedy", "year": 2021}, False),
    ],
)
def test_operators(where: dict[str, Any], found: bool) -> None:
    assert matches(where, RECORD) is found


@pytest.mark.parametrize(
    "where",
    [
        {"genre": {"$regex": "c"}},
        {"$not": [{"genre": "comedy"}]},
        {"$and": []},
        {"$or": {"genre": "comedy"}},
        {"genre": {}},
        {"genre": {"$in": "comedy"}},
        {"genre": {"$in": ["x"] * 10_001}},
        {"genre": None},
        {"genre": {"$eq": ["comedy"]}},
        {"year": {"$gt": "2019"}},
        {"genre": {"$exists": 1}},
        {"$or": [{"genre": "comedy"}, {"year": {"$wrong": 1}}]},
    ],
)
def test_what_is_no_filter_is_refused_whether_or_not_the_rest_decides(
    where: dict[str, Any],
) -> None:
    with pytest.raises(RefusedCall):
        matches(where, RECORD)
