"""What makes an answer, as settings say."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline.contracts.queries import CandidatesRanked, UnsupportedPolicy
from ragline_generator.writing.context_window import ContextWindow

# Quotes come from the best few passages, and so does the ground to answer: what is further down
# gives a model that reads everything more of the answer, and one who quotes more to choose wrongly
BEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes an answer. Shares are in [0, 1], sizes in tokens."""

    policy: UnsupportedPolicy = UnsupportedPolicy.MARK
    min_relevance: float = 0.42
    max_answer_tokens: int = 512
    history_tokens: int = 500
    cancel_poll_s: float = 0.25
    worked_example: bool = False
    window: ContextWindow = field(default_factory=ContextWindow)

    def answer_tokens(self, event: CandidatesRanked) -> int:
        """Return how long the answer may be: the question's wish goes before the setting."""
        return event.options.max_answer_tokens or self.max_answer_tokens

    def policy_of(self, event: CandidatesRanked) -> UnsupportedPolicy:
        """Return what becomes of unsupported claims: the plan's word goes before the setting."""
        return event.plan.unsupported or self.policy
