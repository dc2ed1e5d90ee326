"""The generator stage: passages in, the terminal answer out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ragline.contracts.answers import AnswerError, AnswerStatus, Degradation, QueryAnswered, Usage
from ragline.contracts.queries import CandidatesRanked
from ragline.ladder import Ladder, Rung
from ragline.ports.answers import TokenStream
from ragline.ports.models import ChatMessage, Tokenizer
from ragline_generator import extractive, outcome, prompts
from ragline_generator.broadcast import Broadcast
from ragline_generator.citations import markers_of
from ragline_generator.compression import compress, tokens_of
from ragline_generator.context import Context
from ragline_generator.generation import Writer, Written
from ragline_generator.outcome import Outcome, Prices
from ragline_generator.ranking import Ranked, rank
from ragline_generator.relevance import assess
from ragline_generator.verdicts import Policy, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes an answer. Shares are in [0, 1], sizes in tokens."""

    policy: Policy = Policy.MARK
    min_support: float = 0.6
    min_relevance: float = 0.4
    max_answer_tokens: int = 512
    history_tokens: int = 500
    cancel_poll_s: float = 0.25
    worked_example: bool = False


class GeneratorStage:
    """Compresses the context, has the answer written, checks every claim and cites.

    Without `writer`, or when it fails or has too little time, the answer is extractive.
    """

    def __init__(
        self,
        *,
        stream: TokenStream,
        tokenizer: Tokenizer,
        clock: Callable[[], datetime],
        ladder: Ladder,
        writer: Writer | None = None,
        rules: Rules,
        prices: Prices,
    ) -> None:
        self._stream = stream
        self._count = tokenizer.count
        self._clock = clock
        self._ladder = ladder
        self._writer = writer
        self._rules = rules
        self._prices = prices

    async def __call__(self, event: CandidatesRanked) -> QueryAnswered:
        """Answer, refuse, or end as `failed` with the code `cancelled` when a reader said stop."""
        event = self._ladder.fit(event, now=self._clock(), rungs={Rung.EXTRACTIVE})
        broadcast = Broadcast(
            self._stream,
            event.query_id,
            wanted=event.options.stream,
            poll_s=self._rules.cancel_poll_s,
            clock=self._clock,
        )
        ended = await self._end(event, broadcast)
        if broadcast.skipped:
            ended = replace(ended, degradations=(*ended.degradations, Degradation.STREAM))
        await broadcast.finish(ended.status)
        return outcome.answered(event, ended, at=self._clock())

    async def _end(self, event: CandidatesRanked, broadcast: Broadcast) -> Outcome:
        if not event.passages:
            return await _refused(outcome.NO_PASSAGES, broadcast)
        if assess(event.standalone_text, event.passages).score < self._rules.min_relevance:
            return await _refused(outcome.NOT_RELEVANT, broadcast)
        ranked = rank(event.standalone_text, event.passages)
        context = compress(
            event.standalone_text,
            event.passages,
            ranked,
            budget=event.plan.token_budget,
            count=self._count,
        )
        usage = Usage(
            context_tokens_before=tokens_of(event.passages, self._count),
            context_tokens_after=sum(self._count(excerpt.text) for excerpt in context),
        )
        if self._writer is None:
            return await self._extracted(event, ranked, usage, broadcast)
        messages = self._messages(event, context)
        written = await self._written(self._writer, event, messages, context, broadcast)
        if written is None:
            ended = await self._extracted(event, ranked, usage, broadcast)
            return replace(ended, degradations=(Degradation.LLM,))
        return self._judged(written, context, self._metered(usage, messages, written))

    async def _written(
        self,
        writer: Writer,
        event: CandidatesRanked,
        messages: Sequence[ChatMessage],
        context: Context,
        broadcast: Broadcast,
    ) -> Written | None:
        if event.plan.extractive:
            return None
        return await writer.write(
            messages,
            markers=markers_of(context),
            max_tokens=self._max_tokens(event),
            deadline=event.deadline,
            broadcast=broadcast,
        )

    def _messages(self, event: CandidatesRanked, context: Context) -> list[ChatMessage]:
        budget = self._rules.history_tokens
        return prompts.build(
            event.standalone_text,
            event.intent,
            context,
            prompts.recent(event.history, budget=budget, count=self._count),
            example=self._rules.worked_example,
        )

    def _max_tokens(self, event: CandidatesRanked) -> int:
        return event.options.max_answer_tokens or self._rules.max_answer_tokens

    async def _extracted(
        self,
        event: CandidatesRanked,
        ranked: Sequence[Sequence[Ranked]],
        usage: Usage,
        broadcast: Broadcast,
    ) -> Outcome:
        draft = extractive.compose(
            event.intent,
            event.passages,
            ranked,
            max_tokens=self._max_tokens(event),
            count=self._count,
        )
        await broadcast.start()
        for piece in draft.pieces:
            await broadcast.say(piece)
        ended = judge(
            draft.text, draft.context, policy=Policy.MARK, min_support=self._rules.min_support
        )
        return replace(ended, usage=usage, models={"answer": extractive.MODEL})

    def _judged(self, written: Written, context: Context, usage: Usage) -> Outcome:
        models = {"answer": written.model}
        fell_back = self._writer is not None and written.model != self._writer.model_id
        degradations = (Degradation.LLM_FALLBACK,) if fell_back else ()
        if written.declined:
            ended = Outcome(status=AnswerStatus.REFUSED, reason=outcome.NO_ANSWER)
        else:
            ended = judge(
                written.text,
                context,
                policy=self._rules.policy,
                min_support=self._rules.min_support,
                attributed=True,
            )
        if written.cancelled:
            ended = replace(ended, status=AnswerStatus.FAILED, reason=outcome.CANCELLED)
        return replace(ended, usage=usage, models=models, degradations=degradations)

    def _metered(self, usage: Usage, messages: Sequence[ChatMessage], written: Written) -> Usage:
        """Add the model's own token counts; where the server states none, our estimate."""
        prompt, completion = written.prompt_tokens, written.completion_tokens
        if prompt is None:
            prompt = sum(self._count(message.content) for message in messages)
        if completion is None:
            completion = self._count(written.text)
        metered = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost": self._prices.cost(prompt, completion),
        }
        return usage.model_copy(update=metered)


async def _refused(reason: AnswerError, broadcast: Broadcast) -> Outcome:
    await broadcast.start()
    await broadcast.say(reason.message)
    return Outcome(status=AnswerStatus.REFUSED, reason=reason)
