"""What an index takes as a record, and how searches score it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import orjson

from ragline.testing.pinecone_double.refusals import RefusedCall

Record = dict[str, Any]
MAX_METADATA_BYTES = 40 * 1_000
MAX_NONZERO = 1_000
MAX_ID = 512
_NUMBERS = (int, float)


def check(record: Any, fields: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what an index with these fields does not take.

    Raises:
        RefusedCall: with what is wrong.
    """
    if not isinstance(record, dict):
        raise RefusedCall(400, "a document is an object")
    check_id(record.get("_id"))
    for name, declared in fields.items():
        value = record.get(name)
        if declared["type"] == "dense_vector":
            if value is None:
                raise RefusedCall(400, f"{record['_id']} lacks the field {name}")
            check_dense(value, declared["dimension"])
        elif value is not None:
            check_sparse(value)
    metadata = {name: each for name, each in record.items() if name not in fields}
    for name, each in metadata.items():
        check_metadata(name, each)
    if len(orjson.dumps(metadata)) > MAX_METADATA_BYTES:
        raise RefusedCall(400, f"metadata size exceeds the limit of {MAX_METADATA_BYTES} bytes")


def check_id(value: Any) -> None:
    """Refuse an id that is not 1 to 512 characters of ASCII."""
    legal = isinstance(value, str) and value.isascii() and "\0" not in value
    if not legal or not 1 <= len(value) <= MAX_ID:
        raise RefusedCall(400, f"an id has 1 to {MAX_ID} characters of ASCII")


def check_dense(values: Any, dimension: int) -> None:
    """Refuse a vector of another length, or one that is all zeros."""
    if not isinstance(values, list) or len(values) != dimension:
        raise RefusedCall(400, f"vector dimension does not match the index's {dimension}")
    if not any(values):
        raise RefusedCall(400, "dense vectors must contain at least one non-zero value")


def check_sparse(value: Any) -> None:
    """Refuse sparse values that are none, too many, or not distinct."""
    indices, values = value.get("indices"), value.get("values")
    if not indices or len(indices) != len(values):
        raise RefusedCall(400, "sparse values need as many indices as values, and at least one")
    if len(indices) > MAX_NONZERO:
        raise RefusedCall(400, f"sparse vectors have at most {MAX_NONZERO} non-zero values")
    if len(set(indices)) != len(indices) or not all(0 <= each < 2**32 for each in indices):
        raise RefusedCall(400, "sparse indices are distinct unsigned integers of 32 bits")


def check_metadata(name: str, value: Any) -> None:
    """Refuse metadata of a type that Pinecone does not have: null, objects, mixed lists."""
    if name.startswith("$") or (name.startswith("_") and name != "_id"):
        raise RefusedCall(400, f"{name} is a reserved name")
    if isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            raise RefusedCall(400, f"{name}: lists hold strings")
    elif not isinstance(value, str | int | float | bool):
        raise RefusedCall(400, f"{name}: {type(value).__name__} is no metadata")


def score(record: Record, clause: Mapping[str, Any]) -> float | None:
    """Return how well a record matches a clause of `score_by`, or None if it is no hit."""
    value = record.get(clause["field"])
    if value is None:
        return None
    if clause["type"] == "dense_vector":
        return _cosine(value, clause["values"])
    stored = dict(zip(value["indices"], value["values"], strict=True))
    asked = clause["sparse_values"]
    pairs = zip(asked["indices"], asked["values"], strict=True)
    total = sum(stored.get(index, 0.0) * weight for index, weight in pairs)
    return total or None


def _cosine(left: list[float], right: list[float]) -> float:
    product = sum(a * b for a, b in zip(left, right, strict=True))
    return product / (math.hypot(*left) * math.hypot(*right))
