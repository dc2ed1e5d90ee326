"""The ladder's plans."""

from __future__ import annotations

import pytest

from ragline.contracts.plan import Plan, SearchKind
from ragline.errors import Misconfigured
from ragline_evaluation.retrieval import configurations

BALANCED = Plan(
    name="balanced", weights=dict.fromkeys(SearchKind, 0.3), depth=7, document_support=0.2
)
CHOSEN = Plan(name="factual", weights={SearchKind.VECTOR: 1})
SEED = Plan(name="factual", weights={SearchKind.KEYWORD: 1, SearchKind.METADATA: 1})
PLANS = configurations.Plans(balanced=BALANCED, chosen=CHOSEN, seed=SEED)


def plan_of(name: str) -> Plan:
    (found,) = configurations.choose([name])
    assert found.plan is not None
    return found.plan(PLANS)


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        ("keyword", {"keyword"}),
        ("vector", {"vector"}),
        ("hybrid-rrf", {"keyword", "vector"}),
        ("hybrid-score", {"keyword", "vector"}),
        ("balanced", {"keyword", "vector", "metadata"}),
        ("seed", {"keyword", "metadata"}),
        ("plan", {"vector"}),
    ],
)
def test_what_each_searches(name: str, searches: set[str]) -> None:
    assert set(plan_of(name).searches) == searches


def test_only_the_searches_differ_from_the_balanced_plan() -> None:
    assert plan_of("hybrid-rrf").fusion == "rrf"
    assert plan_of("keyword").depth == BALANCED.depth
    assert plan_of("hybrid-score").document_support == 0


def test_the_ladder_keeps_its_order_whatever_was_asked() -> None:
    assert [c.name for c in configurations.choose(["rerank", "keyword"])] == ["keyword", "rerank"]
    assert configurations.choose([])[-1].reranks


def test_an_unknown_name_is_an_error_that_names_the_known() -> None:
    with pytest.raises(Misconfigured, match="no configuration magic; there are: bm25s, keyword"):
        configurations.choose(["magic"])
