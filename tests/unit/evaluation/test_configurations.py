"""The ladder's plans."""

from __future__ import annotations

import pytest

from ragline.contracts.queries import Plan, SearchKind
from ragline.errors import Misconfigured
from ragline_evaluation import configurations

BALANCED = Plan(name="balanced", weights=dict.fromkeys(SearchKind, 0.3), depth=7)
CHOSEN = Plan(name="factual", weights={SearchKind.VECTOR: 1})


def plan_of(name: str) -> Plan:
    (found,) = configurations.choose([name])
    return found.plan(BALANCED, CHOSEN)


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        ("keyword", {"keyword"}),
        ("vector", {"vector"}),
        ("hybrid-rrf", {"keyword", "vector"}),
        ("hybrid-score", {"keyword", "vector"}),
        ("balanced", {"keyword", "vector", "metadata"}),
        ("plan", {"vector"}),
    ],
)
def test_what_each_searches(name: str, searches: set[str]) -> None:
    assert set(plan_of(name).searches) == searches


def test_only_the_searches_differ_from_the_balanced_plan() -> None:
    assert plan_of("hybrid-rrf").fusion == "rrf"
    assert plan_of("keyword").depth == BALANCED.depth


def test_the_ladder_keeps_its_order_whatever_was_asked() -> None:
    assert [c.name for c in configurations.choose(["rerank", "keyword"])] == ["keyword", "rerank"]
    assert configurations.choose([])[-1].reranks


def test_an_unknown_name_is_an_error_that_names_the_known() -> None:
    with pytest.raises(Misconfigured, match="no configuration magic; there are: keyword"):
        configurations.choose(["magic"])
