"""Filters that the server can take, however many alternatives they have."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.adapters.stores.chroma.scope import Condition, readable, some


def depth(condition: Condition) -> int:
    below: list[Any] = condition.get("$or", [])
    return 1 + max(map(depth, below), default=0)


def leaves(condition: Condition) -> list[Condition]:
    below: list[Any] = condition.get("$or", [])
    return [leaf for each in below for leaf in leaves(each)] if below else [condition]


@pytest.mark.parametrize("count", [1, 2, 3, 1_000])
def test_alternatives_are_nested_as_little_as_can_be(count: int) -> None:
    conditions: list[Condition] = [{"n": n} for n in range(count)]
    found = some(conditions)
    assert leaves(found) == conditions
    assert depth(found) <= 1 + count.bit_length()


def test_everyone_reads_what_is_open() -> None:
    assert readable(()) == {"readers": {"$contains": "open"}}
    assert len(leaves(readable(("a", "b", "a")))) == 3
