"""Keeps a prompt and its answer within the model's context window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.ports.models import ChatMessage

# Tokens that a chat template adds around a message
_FRAME = 8
# Kept free, because some counts are estimates
_RESERVE = 0.05


@dataclass(frozen=True, slots=True)
class ContextWindow:
    """A context window of `limit` tokens; None means unlimited."""

    limit: int | None

    def answer(self, wanted: int) -> int:
        """Return how many tokens the answer may have: half of the context at most."""
        return wanted if self.limit is None else min(wanted, self.limit // 2)

    def left(
        self,
        wanted: int,
        messages: Sequence[ChatMessage],
        *,
        answer: int,
        count: Callable[[str], int],
    ) -> int:
        """Return how many of the `wanted` tokens fit next to `messages` and the answer."""
        if self.limit is None:
            return wanted
        taken = answer + sum(count(message.content) + _FRAME for message in messages)
        return max(0, min(wanted, int(self.limit * (1 - _RESERVE)) - taken))
