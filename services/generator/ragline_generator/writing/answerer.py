"""Answers a question by a language model: context, prompt, text, verdicts, cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ragline.contracts.answers import AnswerStatus, Degradation, Usage
from ragline.contracts.plan import Intent
from ragline.contracts.queries import CandidatesRanked
from ragline.ports.models import ChatMessage, Tokenizer
from ragline_generator import outcome
from ragline_generator.broadcast import Broadcast
from ragline_generator.compression.select import compress, tokens_of
from ragline_generator.outcome import AnswerOutcome
from ragline_generator.passages.context import Context
from ragline_generator.passages.document_link import cited_links
from ragline_generator.passages.ranking import Ranking
from ragline_generator.rules import Rules
from ragline_generator.validation.citations import markers_of
from ragline_generator.validation.verdicts import Validator
from ragline_generator.writing.answer_stream import Written
from ragline_generator.writing.cost import ModelCall, with_cost
from ragline_generator.writing.prices import PriceTable
from ragline_generator.writing.prompt_budget import PromptBudget
from ragline_generator.writing.prompts import Prompts
from ragline_generator.writing.writer import Writer

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prompted:
    """The input of the model."""

    messages: Sequence[ChatMessage]
    context: Context
    count: Count
    usage: Usage
    spent: list[ModelCall] = field(default_factory=list)


class ModelAnswerer:
    """Compresses the passages, lets the model write an answer and checks every claim."""

    def __init__(
        self,
        *,
        writer: Writer,
        tokenizer: Tokenizer,
        validator: Validator,
        rules: Rules,
        prices: PriceTable,
        prompts: Prompts,
    ) -> None:
        self._writer = writer
        self._tokenizer = tokenizer
        self._validator = validator
        self._rules = rules
        self._prices = prices
        self._prompts = prompts

    async def answer(
        self,
        event: CandidatesRanked,
        ranking: Ranking,
        *,
        language: str | None,
        broadcast: Broadcast,
    ) -> tuple[AnswerOutcome | None, Usage]:
        """Return the outcome, or None when the model failed or had too little time or room.

        The usage covers all calls, including failed ones. `ranking` ranks the event's passages;
        `language` is an English name.
        """
        prompted = await self._prompted(event, ranking, language)
        written = await self._written(event, prompted, broadcast)
        usage = self._metered(prompted, written)
        if written is None:
            return None, usage
        if event.intent is Intent.NAVIGATIONAL:
            await _add_links(written, prompted.context, broadcast)
        return await self._judged(event, written, prompted.context, usage), usage

    async def _prompted(
        self, event: CandidatesRanked, ranking: Ranking, language: str | None
    ) -> _Prompted:
        ask = self._ask(event, language)
        count = await self._tokenizer.counter(ask.texts)
        compressed = compress(
            event.standalone_text,
            event.passages,
            ranking.of_all(),
            budget=ask.passage_tokens(count),
            count=count,
        )
        context = ask.fitted(compressed, count)
        usage = Usage(
            context_tokens_before=tokens_of(event.passages, count),
            context_tokens_after=sum(count(excerpt.text) for excerpt in context),
        )
        messages = ask.messages(context, count)
        return _Prompted(messages=messages, context=context, count=count, usage=usage)

    def _ask(self, event: CandidatesRanked, language: str | None) -> PromptBudget:
        return PromptBudget(
            event=event,
            prompts=self._prompts,
            language=language,
            answer_tokens=self._answer_tokens(event),
            history_tokens=self._rules.history_tokens,
            window=self._rules.window,
            example=self._rules.worked_example,
        )

    def _answer_tokens(self, event: CandidatesRanked) -> int:
        return self._rules.window.answer(self._rules.answer_tokens(event))

    async def _written(
        self, event: CandidatesRanked, prompted: _Prompted, broadcast: Broadcast
    ) -> Written | None:
        if not prompted.context:
            return None
        return await self._writer.write(
            prompted.messages,
            markers=markers_of(prompted.context),
            max_tokens=self._answer_tokens(event),
            deadline=event.deadline,
            broadcast=broadcast,
            spent=prompted.spent,
        )

    def _metered(self, prompted: _Prompted, written: Written | None) -> Usage:
        """Add the servers' own token counts; for an answer without them, our estimate."""
        if written is None:
            return with_cost(prompted.usage, prompted.spent, self._prices)
        call, count = written.call, prompted.count
        if call.prompt_tokens is None:
            prompt = sum(count(message.content) for message in prompted.messages)
            call = replace(call, prompt_tokens=prompt, completion_tokens=count(written.text))
        return with_cost(prompted.usage, [*prompted.spent, call], self._prices)

    async def _judged(
        self, event: CandidatesRanked, written: Written, context: Context, usage: Usage
    ) -> AnswerOutcome:
        if written.declined:
            ended = AnswerOutcome(status=AnswerStatus.REFUSED, reason=outcome.NO_ANSWER)
        else:
            ended = await self._validator.judge(
                written.text, context, policy=self._rules.policy_of(event), attributed=True
            )
        if written.cancelled:
            ended = replace(ended, status=AnswerStatus.FAILED, reason=outcome.CANCELLED)
        return replace(
            ended,
            usage=usage,
            models={"answer": written.call.model, "prompt": self._prompts.name},
            degradations=self._without(written),
        )

    def _without(self, written: Written) -> tuple[Degradation, ...]:
        fell_back = written.call.model != self._writer.model_id
        return (
            *((Degradation.LLM_FALLBACK,) if fell_back else ()),
            *((Degradation.WHOLE_TEXT,) if written.cut_off else ()),
        )


async def _add_links(written: Written, context: Context, broadcast: Broadcast) -> None:
    """Add the cited pages' links to a finished text.

    A model is shown none: it would have to copy them, and each costs as much as a sentence.
    """
    if written.declined or written.cancelled or written.cut_off:
        return
    if links := cited_links(written.text, context):
        await broadcast.say(f"\n\n{links}")
        written.text += f"\n\n{links}"
