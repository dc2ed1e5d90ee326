"""The rules by which answers are made, from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from ragline.contracts.plan import UnsupportedPolicy
from ragline.contracts.queries import CandidatesRanked
from ragline_generator.writing.context_window import ContextWindow

# Quotes and the decision to refuse use only the best few passages. More passages help a model,
# which reads them all, but give an extractive answer more chances of a wrong choice
BEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules by which answers are made. Shares are in [0, 1], sizes in tokens."""

    policy: UnsupportedPolicy
    min_relevance: float
    max_answer_tokens: int
    history_tokens: int
    cancel_poll_s: float
    worked_example: bool
    window: ContextWindow

    def answer_tokens(self, event: CandidatesRanked) -> int:
        """Return the answer's maximum length; the question's option overrides the setting."""
        return event.options.max_answer_tokens or self.max_answer_tokens

    def policy_of(self, event: CandidatesRanked) -> UnsupportedPolicy:
        """Return the policy for unsupported claims; the plan overrides the setting."""
        return event.plan.unsupported or self.policy
