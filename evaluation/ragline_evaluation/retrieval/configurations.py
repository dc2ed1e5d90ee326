"""The compared configurations, from a single search to the complete pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.contracts.plan import Plan, SearchKind
from ragline.errors import Misconfigured

REFERENCE = "vector"
BM25S = "bm25s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """A question's plans: balanced, by its intent, and by its intent in profile `seed`."""

    balanced: Plan
    chosen: Plan
    seed: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """`plan` makes the plan of a question; None uses the reference search instead of our stages."""

    name: str
    means: str
    plan: Callable[[Plans], Plan] | None
    reranks: bool = False
    looks_again: bool = False


def _searches(weights: dict[SearchKind, float], fusion: str = "score") -> Callable[[Plans], Plan]:
    """Return a function that makes plans which only search and fuse, without further options."""
    changes = {"weights": weights, "fusion": fusion, "document_support": 0.0}
    return lambda plans: plans.balanced.model_copy(update=changes)


_BOTH = {SearchKind.VECTOR: 0.5, SearchKind.KEYWORD: 0.5}


LADDER: Sequence[Configuration] = (
    Configuration(name=BM25S, means="the library bm25s over whole documents", plan=None),
    Configuration(name="keyword", means="BM25 alone", plan=_searches({SearchKind.KEYWORD: 1.0})),
    Configuration(
        name="vector", means="embeddings alone", plan=_searches({SearchKind.VECTOR: 1.0})
    ),
    Configuration(name="hybrid-rrf", means="both, fused by rank", plan=_searches(_BOTH, "rrf")),
    Configuration(name="hybrid-score", means="both, fused by score", plan=_searches(_BOTH)),
    Configuration(
        name="balanced", means="the balanced plan, as shipped", plan=lambda plans: plans.balanced
    ),
    Configuration(
        name="seed",
        means="the plan that the intent chose, of the profile `seed`",
        plan=lambda plans: plans.seed,
    ),
    Configuration(
        name="plan", means="the plan that the intent chose", plan=lambda plans: plans.chosen
    ),
    Configuration(
        name="rerank",
        means="that plan, then reranked as the settings say",
        plan=lambda plans: plans.chosen,
        reranks=True,
    ),
    Configuration(
        name="hops",
        means="that, and further looks where the passages do not hold what is asked",
        plan=lambda plans: plans.chosen,
        reranks=True,
        looks_again=True,
    ),
)


def choose(names: Sequence[str]) -> Sequence[Configuration]:
    """Return the configurations with these names, all if `names` is empty, in their fixed order.

    Raises:
        Misconfigured: a name is unknown.
    """
    known = {each.name for each in LADDER}
    if unknown := [name for name in names if name not in known]:
        raise Misconfigured(
            f"no configuration {', '.join(unknown)}; there are: "
            + ", ".join(each.name for each in LADDER)
        )
    return [each for each in LADDER if not names or each.name in names]
