"""The token budget of a question's prompt: what is left for passages and history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.contracts.queries import CandidatesRanked, Turn
from ragline.ports.models import ChatMessage
from ragline_generator.passages.context import Context, label
from ragline_generator.writing.context_window import ContextWindow
from ragline_generator.writing.prompts import Prompts, recent

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptBudget:
    """A question and the limits of its prompt, in tokens; `language` is an English name."""

    event: CandidatesRanked
    prompts: Prompts
    language: str | None
    answer_tokens: int
    history_tokens: int
    window: ContextWindow
    example: bool

    @property
    def texts(self) -> list[str]:
        """All texts that may become part of the prompt, to count their tokens in one call."""
        passages = self.event.passages
        return [
            *(passage.text for passage in passages),
            *(label(passage) for passage in passages),
            *(turn.text for turn in self.event.history),
            *(message.content for message in self._build(())),
        ]

    def passage_tokens(self, count: Count) -> int:
        """Return the budget of the passages; they take precedence over history."""
        return self._left(self.event.plan.token_budget, self._build(()), count)

    def fitted(self, context: Context, count: Count) -> Context:
        """Return the best excerpts that fit; links and frames may need more than was budgeted."""
        while context and not self._left(1, self._build(context), count):
            context = context[:-1]
        return context

    def messages(self, context: Context, count: Count) -> list[ChatMessage]:
        """Return the prompt with as much of the history as fits next to `context`."""
        budget = self._left(self.history_tokens, self._build(context), count)
        return self._build(context, recent(self.event.history, budget=budget, count=count))

    def _left(self, wanted: int, messages: Sequence[ChatMessage], count: Count) -> int:
        return self.window.left(wanted, messages, answer=self.answer_tokens, count=count)

    def _build(self, context: Context, history: Sequence[Turn] = ()) -> list[ChatMessage]:
        return self.prompts.build(
            self.event.standalone_text,
            self.event.intent,
            context,
            history,
            language=self.language,
            example=self.example,
        )
