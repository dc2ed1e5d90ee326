"""The ladder of configurations: from one search alone to everything that the pipeline does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.contracts.queries import Plan, SearchKind
from ragline.errors import Misconfigured

REFERENCE = "vector"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """`plan` makes the plan of a question from the balanced one and the one its intent chose."""

    name: str
    means: str
    plan: Callable[[Plan, Plan], Plan]
    reranks: bool = False


def _only(kind: SearchKind) -> Callable[[Plan, Plan], Plan]:
    return lambda balanced, _chosen: balanced.model_copy(update={"weights": {kind: 1.0}})


def _hybrid(fusion: str) -> Callable[[Plan, Plan], Plan]:
    weights = {SearchKind.VECTOR: 0.5, SearchKind.KEYWORD: 0.5}
    return lambda balanced, _: balanced.model_copy(update={"weights": weights, "fusion": fusion})


LADDER: Sequence[Configuration] = (
    Configuration(name="keyword", means="BM25 alone", plan=_only(SearchKind.KEYWORD)),
    Configuration(name="vector", means="embeddings alone", plan=_only(SearchKind.VECTOR)),
    Configuration(name="hybrid-rrf", means="both, fused by rank", plan=_hybrid("rrf")),
    Configuration(name="hybrid-score", means="both, fused by score", plan=_hybrid("score")),
    Configuration(
        name="balanced", means="the balanced plan, as shipped", plan=lambda balanced, _: balanced
    ),
    Configuration(
        name="plan", means="the plan that the intent chose", plan=lambda _, chosen: chosen
    ),
    Configuration(
        name="rerank",
        means="that plan, then the cross-encoder",
        plan=lambda _, chosen: chosen,
        reranks=True,
    ),
)


def choose(names: Sequence[str]) -> Sequence[Configuration]:
    """Return the configurations of these names, all for none, in the ladder's order.

    Raises:
        Misconfigured: there is none of a name.
    """
    known = {each.name for each in LADDER}
    if unknown := [name for name in names if name not in known]:
        raise Misconfigured(
            f"no configuration {', '.join(unknown)}; there are: "
            + ", ".join(each.name for each in LADDER)
        )
    return [each for each in LADDER if not names or each.name in names]
