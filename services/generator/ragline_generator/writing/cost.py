"""What an answer took: the tokens of every call of a language model, and their price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragline.contracts.answers import Usage
from ragline_generator.writing.prices import PriceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call: the model asked, the name that its server gives itself, tokens where stated."""

    model: str
    served_as: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def cost(self, prices: PriceTable) -> float | None:
        """Return the cost in US dollars by the more exact name, or None when neither is known."""
        names = (self.served_as, self.model)
        price = next((p for name in names if name and (p := prices.price(name))), None)
        if price is None:
            return None
        return price.of(self.prompt_tokens or 0, self.completion_tokens or 0)


def with_cost(usage: Usage, calls: Sequence[ModelCall], prices: PriceTable) -> Usage:
    """Return `usage` with the tokens and cost of all `calls`; one unknown price makes it unknown.

    Calls that failed count where the server stated their tokens. It does so at the end of a
    stream, so of a stream that broke off nothing is known and nothing is counted.
    """
    costs = [call.cost(prices) for call in calls]
    known = [cost for cost in costs if cost is not None]
    added = {
        "prompt_tokens": sum(call.prompt_tokens or 0 for call in calls),
        "completion_tokens": sum(call.completion_tokens or 0 for call in calls),
        "cost": sum(known) if costs and len(known) == len(costs) else None,
    }
    return usage.model_copy(update=added)
