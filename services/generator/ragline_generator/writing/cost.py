"""The cost of an answer: the tokens of every language model call, and their price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragline.contracts.answers import Usage
from ragline_generator.writing.prices import PriceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call: the requested model, the model name that the server reports, tokens if reported."""

    model: str
    served_as: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def cost(self, prices: PriceTable) -> float | None:
        """Return the cost in US dollars by the more specific name; None if neither has a price."""
        names = (self.served_as, self.model)
        price = next((p for name in names if name and (p := prices.price(name))), None)
        if price is None:
            return None
        return price.of(self.prompt_tokens or 0, self.completion_tokens or 0)


def with_cost(usage: Usage, calls: Sequence[ModelCall], prices: PriceTable) -> Usage:
    """Return `usage` with the tokens and cost of all `calls`; one unknown price makes it unknown.

    Failed calls are included if the server reported their tokens. Servers report them at the end of
    a stream, so the tokens of an interrupted stream are unknown and not counted.
    """
    costs = [call.cost(prices) for call in calls]
    known = [cost for cost in costs if cost is not None]
    added = {
        "prompt_tokens": sum(call.prompt_tokens or 0 for call in calls),
        "completion_tokens": sum(call.completion_tokens or 0 for call in calls),
        "cost": sum(known) if costs and len(known) == len(costs) else None,
    }
    return usage.model_copy(update=added)


def with_further(usage: Usage, calls: Sequence[ModelCall], prices: PriceTable) -> Usage:
    """Return `usage`, which has a cost already if it has tokens, with further `calls` added."""
    if not calls:
        return usage
    more = with_cost(usage, calls, prices)
    free = not (usage.prompt_tokens or usage.completion_tokens)
    before = 0.0 if free else usage.cost
    added = {
        "prompt_tokens": usage.prompt_tokens + more.prompt_tokens,
        "completion_tokens": usage.completion_tokens + more.completion_tokens,
        "cost": None if before is None or more.cost is None else before + more.cost,
    }
    return usage.model_copy(update=added)
