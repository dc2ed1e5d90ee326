"""The generator stage: passages in, the terminal answer out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered, Usage
from ragline.contracts.queries import CandidatesRanked, UnsupportedPolicy
from ragline.ladder import Ladder, Rung
from ragline.ports.answers import TokenStream
from ragline.ports.models import ChatMessage, Tokenizer
from ragline_generator import extractive, outcome
from ragline_generator.asking import Ask
from ragline_generator.broadcast import Broadcast
from ragline_generator.citations import markers_of
from ragline_generator.compression import compress, tokens_of
from ragline_generator.context import Context
from ragline_generator.fitting import Window
from ragline_generator.generation import Writer
from ragline_generator.languages import Languages
from ragline_generator.metering import Call, metered
from ragline_generator.outcome import Outcome
from ragline_generator.prices import PriceTable
from ragline_generator.prompts import Prompts
from ragline_generator.ranking import Ranked, rank
from ragline_generator.relevance import assess
from ragline_generator.taking import Written
from ragline_generator.verdicts import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes an answer. Shares are in [0, 1], sizes in tokens."""

    policy: UnsupportedPolicy = UnsupportedPolicy.MARK
    min_relevance: float = 0.4
    max_answer_tokens: int = 512
    history_tokens: int = 500
    cancel_poll_s: float = 0.25
    worked_example: bool = False
    window: Window = field(default_factory=Window)


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
        validator: Validator,
        writer: Writer | None = None,
        rules: Rules,
        prices: PriceTable,
        prompts: Prompts,
        languages: Languages,
    ) -> None:
        self._stream = stream
        self._tokenizer = tokenizer
        self._clock = clock
        self._ladder = ladder
        self._validator = validator
        self._writer = writer
        self._rules = rules
        self._prices = prices
        self._prompts = prompts
        self._languages = languages

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
        language = await self._languages.of(event.text, event.standalone_text)
        ended = await self._end(event, broadcast, language)
        if ended.reason is not None:
            reason = self._languages.worded(ended.reason, language, missing=ended.missing)
            ended = replace(ended, reason=reason)
        if broadcast.skipped:
            ended = replace(ended, degradations=(*ended.degradations, Degradation.STREAM))
        await broadcast.finish(ended.status)
        return outcome.answered(
            event, ended, at=self._clock(), first_text_ms=broadcast.first_text_ms
        )

    async def _end(
        self, event: CandidatesRanked, broadcast: Broadcast, language: str | None
    ) -> Outcome:
        if not event.passages:
            ended = Outcome(status=AnswerStatus.REFUSED, reason=outcome.NO_PASSAGES)
            return await self._refused(ended, broadcast, language)
        ranked = rank(event.standalone_text, event.passages)
        relevance = assess(event.standalone_text, event.passages, ranked)
        if relevance.score < self._rules.min_relevance:
            return await self._refused(outcome.not_answered_by(relevance), broadcast, language)
        ask = self._ask(event, language)
        asks = self._writer is not None and not event.plan.extractive
        count = await self._tokenizer.counter(ask.texts if asks else ())
        budget = ask.passage_tokens(count)
        compressed = compress(
            event.standalone_text, event.passages, ranked, budget=budget, count=count
        )
        context = ask.fitted(compressed, count)
        usage = Usage(
            context_tokens_before=tokens_of(event.passages, count),
            context_tokens_after=sum(count(excerpt.text) for excerpt in context),
        )
        if self._writer is None:
            return await self._extracted(event, ranked, usage, broadcast, count)
        messages = ask.messages(context, count)
        spent: list[Call] = []
        written = await self._written(self._writer, event, messages, context, broadcast, spent)
        usage = self._metered(usage, messages, written, spent, count)
        if written is None:
            ended = await self._extracted(event, ranked, usage, broadcast, count)
            return replace(ended, degradations=(Degradation.LLM,))
        return await self._judged(event, written, context, usage)

    async def _written(
        self,
        writer: Writer,
        event: CandidatesRanked,
        messages: Sequence[ChatMessage],
        context: Context,
        broadcast: Broadcast,
        spent: list[Call],
    ) -> Written | None:
        if event.plan.extractive or not context:
            return None
        return await writer.write(
            messages,
            markers=markers_of(context),
            max_tokens=self._rules.window.answer(self._max_tokens(event)),
            deadline=event.deadline,
            broadcast=broadcast,
            spent=spent,
        )

    def _ask(self, event: CandidatesRanked, language: str | None) -> Ask:
        rules = self._rules
        return Ask(
            event=event,
            prompts=self._prompts,
            language=self._languages.name(language),
            answer_tokens=rules.window.answer(self._max_tokens(event)),
            history_tokens=rules.history_tokens,
            window=rules.window,
            example=rules.worked_example,
        )

    def _max_tokens(self, event: CandidatesRanked) -> int:
        return event.options.max_answer_tokens or self._rules.max_answer_tokens

    async def _extracted(
        self,
        event: CandidatesRanked,
        ranked: Sequence[Sequence[Ranked]],
        usage: Usage,
        broadcast: Broadcast,
        count: Callable[[str], int],
    ) -> Outcome:
        draft = extractive.compose(
            event.standalone_text,
            event.intent,
            event.passages,
            ranked,
            max_tokens=self._max_tokens(event),
            count=count,
        )
        await broadcast.start()
        for piece in draft.pieces:
            await broadcast.say(piece)
        # what is quoted must hold: a quote that the check does not support is left out
        ended = await self._validator.judge(
            draft.text, draft.context, policy=UnsupportedPolicy.DROP
        )
        return replace(ended, usage=usage, models={"answer": extractive.MODEL})

    def _policy(self, event: CandidatesRanked) -> UnsupportedPolicy:
        return event.plan.unsupported or self._rules.policy

    async def _judged(
        self, event: CandidatesRanked, written: Written, context: Context, usage: Usage
    ) -> Outcome:
        models = {"answer": written.call.model, "prompt": self._prompts.name}
        fell_back = self._writer is not None and written.call.model != self._writer.model_id
        degradations = (
            *((Degradation.LLM_FALLBACK,) if fell_back else ()),
            *((Degradation.WHOLE_TEXT,) if written.cut_off else ()),
        )
        if written.declined:
            ended = Outcome(status=AnswerStatus.REFUSED, reason=outcome.NO_ANSWER)
        else:
            ended = await self._validator.judge(
                written.text, context, policy=self._policy(event), attributed=True
            )
        if written.cancelled:
            ended = replace(ended, status=AnswerStatus.FAILED, reason=outcome.CANCELLED)
        return replace(ended, usage=usage, models=models, degradations=degradations)

    def _metered(
        self,
        usage: Usage,
        messages: Sequence[ChatMessage],
        written: Written | None,
        spent: Sequence[Call],
        count: Callable[[str], int],
    ) -> Usage:
        """Add the servers' own token counts; for an answer without them, our estimate."""
        if written is None:
            return metered(usage, spent, self._prices)
        call = written.call
        if call.prompt_tokens is None:
            prompt = sum(count(message.content) for message in messages)
            call = replace(call, prompt_tokens=prompt, completion_tokens=count(written.text))
        return metered(usage, [*spent, call], self._prices)

    async def _refused(self, ended: Outcome, broadcast: Broadcast, language: str | None) -> Outcome:
        await broadcast.start()
        if ended.reason is not None:
            worded = self._languages.worded(ended.reason, language, missing=ended.missing)
            await broadcast.say(worded.message)
        return ended
