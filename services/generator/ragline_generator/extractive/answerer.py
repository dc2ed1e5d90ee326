"""Composes the extractive answer to a question, sends it to readers and checks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ragline.contracts.answers import Usage
from ragline.contracts.plan import UnsupportedPolicy
from ragline.contracts.queries import CandidatesRanked, Passage
from ragline_generator.broadcast import Broadcast
from ragline_generator.extractive.draft import compose
from ragline_generator.outcome import AnswerOutcome
from ragline_generator.passages.ranking import Ranked
from ragline_generator.rules import Rules
from ragline_generator.validation.verdicts import Validator

MODEL = "extractive"


class ExtractiveAnswerer:
    """Answers with quotes of the passages."""

    def __init__(self, *, validator: Validator, rules: Rules) -> None:
        self._validator = validator
        self._rules = rules

    async def answer(
        self,
        event: CandidatesRanked,
        passages: Sequence[Passage],
        ranked: Sequence[Sequence[Ranked]],
        *,
        broadcast: Broadcast,
        count: Callable[[str], int],
    ) -> AnswerOutcome:
        """Return the outcome of quoting `passages`, whose units are `ranked`.

        Quotes are checked as well: one that the check does not support is left out.
        """
        draft = compose(
            event.standalone_text,
            event.intent,
            passages,
            ranked,
            max_tokens=self._rules.answer_tokens(event),
            count=count,
        )
        await broadcast.start()
        for piece in draft.pieces:
            await broadcast.say(piece)
        ended = await self._validator.judge(
            draft.text, draft.context, policy=UnsupportedPolicy.DROP
        )
        usage = Usage(
            context_tokens_before=sum(count(passage.text) for passage in event.passages),
            context_tokens_after=count(draft.text),
        )
        return replace(ended, usage=usage, models={"answer": MODEL})
