"""Composes the extractive answer to a question, sends it to readers and checks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ragline.contracts.answers import Usage
from ragline.contracts.plan import UnsupportedPolicy
from ragline.contracts.queries import CandidatesRanked, Passage
from ragline_generator.broadcast import Broadcast
from ragline_generator.extractive.definitions import things
from ragline_generator.extractive.draft import Draft, compose
from ragline_generator.outcome import AnswerOutcome
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.ranking import Ranking
from ragline_generator.rules import BEST, Rules
from ragline_generator.validation.verdicts import Validator

MODEL = "extractive"
Count = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question with the passages that may answer it, best first, ranked for it.

    `support` is the probability that they do, None where it was not asked for.
    """

    question: str
    passages: Sequence[Passage]
    ranking: Ranking
    support: float | None = None


class ExtractiveAnswerer:
    """Answers with quotes of the passages."""

    def __init__(self, *, validator: Validator, rules: Rules) -> None:
        self._validator = validator
        self._rules = rules

    async def answer(
        self, event: CandidatesRanked, asked: Sequence[Asked], *, broadcast: Broadcast, count: Count
    ) -> AnswerOutcome:
        """Return the outcome of quoting the passages of each question that was asked.

        Quotes are checked as well: one that the check does not support is left out.
        """
        draft = self._draft(event, asked, count)
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

    def _draft(self, event: CandidatesRanked, asked: Sequence[Asked], count: Count) -> Draft:
        pieces: list[str] = []
        context: list[Excerpt] = []
        for each in asked:
            # a definition shows by its form, so it is looked for in all passages
            most = len(each.passages) if things(each.question) else BEST
            draft = compose(
                each.question,
                event.intent,
                each.passages[:most],
                each.ranking.of_best(most),
                best=BEST,
                max_tokens=self._rules.answer_tokens(event) // len(asked),
                count=count,
                used=len(context),
            )
            begins = "\n\n" if pieces else ""
            pieces += [begins + piece if not n else piece for n, piece in enumerate(draft.pieces)]
            context += draft.context
        return Draft(tuple(pieces), tuple(context))
