"""Fills the question's schema from the checked answer, by a second call of the language model."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ragline.clock import Clock
from ragline.contracts.answers import AnswerError, AnswerStatus, Degradation
from ragline.contracts.queries import CandidatesRanked
from ragline.errors import DeadlineExceeded, RaglineError
from ragline.ports.models import ChatMessage, Delta, LanguageModel, Tokenizer
from ragline_generator.broadcast import Broadcast
from ragline_generator.outcome import CANCELLED, AnswerOutcome
from ragline_generator.rules import Rules
from ragline_generator.structured import failures
from ragline_generator.structured.form_prompt import correction, form_prompt
from ragline_generator.structured.json_reply import Misfit, json_reply
from ragline_generator.validation.verdicts import without_unsupported
from ragline_generator.writing.cost import ModelCall, with_further
from ragline_generator.writing.prices import PriceTable
from ragline_generator.writing.writer import WriterLimits

_log = logging.getLogger(__name__)

Count = Callable[[str], int]

_LEAST_TOKENS = 1_024
# The text may take this share of the question's time, the rest is for the JSON
_SHARE_OF_TEXT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A schema to be filled: its question, what may be written, and what that has cost so far."""

    event: CandidatesRanked
    schema: dict[str, Any]
    most_tokens: int
    count: Count
    broadcast: Broadcast
    calls: list[ModelCall] = field(default_factory=list)


class SchemaFiller:
    """Makes the JSON of an answer that is written and checked already.

    The model gets the part of the text that the check supports and what that cites, no further
    passage. A reply that does not fit goes back to it once, with the reason.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        limits: WriterLimits,
        tokenizer: Tokenizer,
        rules: Rules,
        prices: PriceTable,
        clock: Clock,
    ) -> None:
        self._model = model
        self._limits = limits
        self._tokenizer = tokenizer
        self._rules = rules
        self._prices = prices
        self._clock = clock

    def leaving_time(self, event: CandidatesRanked) -> CandidatesRanked:
        """Return `event` with a deadline for its text that leaves time for the JSON."""
        if event.deadline is None:
            return event
        left = max(timedelta(), event.deadline - self._clock())
        return event.model_copy(update={"deadline": self._clock() + left * _SHARE_OF_TEXT})

    async def fill(
        self, event: CandidatesRanked, ended: AnswerOutcome, *, broadcast: Broadcast
    ) -> AnswerOutcome:
        """Return `ended` with its JSON; failed, with text and citations, if there is none."""
        if ended.checked is None or event.options.json_schema is None:
            return ended
        schema = event.options.json_schema
        messages = form_prompt(
            event.standalone_text,
            without_unsupported(ended.checked),
            ended.checked.citations,
            schema=schema,
        )
        form = _Form(
            event=event,
            schema=json.loads(schema),
            most_tokens=self._rules.window.answer(
                max(_LEAST_TOKENS, self._rules.answer_tokens(event))
            ),
            count=await self._tokenizer.counter([message.content for message in messages]),
            broadcast=broadcast,
        )
        filled = await self._outcome(ended, form, messages)
        return replace(filled, usage=with_further(ended.usage, form.calls, self._prices))

    async def _outcome(
        self, ended: AnswerOutcome, form: _Form, messages: Sequence[ChatMessage]
    ) -> AnswerOutcome:
        if not self._has_room(form, messages):
            return _failed(ended, failures.SCHEMA_TOO_LONG)
        try:
            written = await self._written(form, messages)
        except Misfit as misfit:
            _log.info("no JSON fits a question's schema, at %s", misfit.place or "its top")
            return _failed(ended, failures.schema_not_met(misfit.place))
        except RaglineError as error:
            _log.warning("the language model failed to fill a schema: %s", error)
            return _failed(ended, failures.model_failed(error))
        if written is None:
            return _failed(ended, CANCELLED)
        model = form.calls[-1].model
        fell_back = model != self._model.model_id
        return replace(
            ended,
            json_text=written,
            models={**ended.models, "json": model},
            degradations=(*ended.degradations, *((Degradation.LLM_FALLBACK,) if fell_back else ())),
        )

    async def _written(self, form: _Form, messages: Sequence[ChatMessage]) -> str | None:
        """Return the JSON; None if a reader asked to stop.

        Raises:
            Misfit: it did not fit, nor did it the second time.
            RaglineError: the model failed, or there is too little time.
        """
        try:
            return await self._once(form, messages)
        except Misfit as misfit:
            again = [*messages, *correction(misfit.reply, str(misfit))]
            if not self._has_room(form, again):
                raise
            return await self._once(form, again)

    async def _once(self, form: _Form, messages: Sequence[ChatMessage]) -> str | None:
        reply = await form.broadcast.unless_cancelled(
            self._model.write_json(
                messages,
                schema=form.schema,
                max_tokens=form.most_tokens,
                timeout=self._time_left(form.event),
            )
        )
        if reply is None:
            return None
        form.calls.append(_call(reply, messages, form.count, model=self._model.model_id))
        # In a thread: others are answered meanwhile
        return await asyncio.to_thread(json_reply, reply.text, form.schema)

    def _has_room(self, form: _Form, messages: Sequence[ChatMessage]) -> bool:
        """Tell whether a prompt and its reply fit into the model's context."""
        window = self._rules.window
        return window.left(1, messages, answer=form.most_tokens, count=form.count) > 0

    def _time_left(self, event: CandidatesRanked) -> float:
        left = self._limits.timeout_s
        if event.deadline is not None:
            until = (event.deadline - self._clock()).total_seconds() - self._limits.reserve_s
            left = min(left, until)
        if left < self._limits.least_s:
            raise DeadlineExceeded("too little time was left for the JSON of this answer")
        return left


def _failed(ended: AnswerOutcome, reason: AnswerError) -> AnswerOutcome:
    return replace(ended, status=AnswerStatus.FAILED, reason=reason)


def _call(reply: Delta, asked: Sequence[ChatMessage], count: Count, *, model: str) -> ModelCall:
    """Return what a reply cost, by our estimate where its server does not say."""
    prompt, written = reply.prompt_tokens, reply.completion_tokens
    if prompt is None:
        prompt, written = sum(count(each.content) for each in asked), count(reply.text)
    return ModelCall(
        model=reply.model or model,
        served_as=reply.served_as,
        prompt_tokens=prompt,
        completion_tokens=written,
    )
