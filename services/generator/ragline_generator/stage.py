"""The generator stage: passages in, the terminal answer out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ragline.clock import Clock
from ragline.contracts.answers import AnswerStatus, Degradation, QueryAnswered
from ragline.contracts.queries import CandidatesRanked, Passage
from ragline.ladder import Ladder, Rung
from ragline.ports.answers import TokenStream
from ragline.ports.models import Tokenizer
from ragline.questions.comparison import alternatives, compared
from ragline.questions.question_parts import in_context, question_parts, speaks_of
from ragline.questions.terms import terms
from ragline_generator import outcome
from ragline_generator.broadcast import Broadcast
from ragline_generator.extractive.answerer import Asked, ExtractiveAnswerer
from ragline_generator.outcome import AnswerOutcome
from ragline_generator.passages.context import label
from ragline_generator.passages.core_question import core_question
from ragline_generator.passages.editions import outdated
from ragline_generator.passages.injected import without_orders
from ragline_generator.passages.ranking import Ranking
from ragline_generator.refusal.modifiers import other_kinds, told_apart, unknown_names
from ragline_generator.refusal.named_things import named_thing
from ragline_generator.refusal.relevance import Relevance, assess
from ragline_generator.refusal.whole_collection import asks_for_all, may_ask_for_all
from ragline_generator.rules import BEST, Rules
from ragline_generator.structured.failures import NO_MODEL
from ragline_generator.validation.verdicts import Validator
from ragline_generator.writing.answerer import ModelAnswerer
from ragline_generator.writing.languages import Languages
from ragline_generator.writing.prices import PriceTable
from ragline_generator.writing.prompts import Prompts
from ragline_generator.writing.writer import Writer

if TYPE_CHECKING:
    # its validator takes half a second to import, which a start without a model need not wait for
    from ragline_generator.structured.schema_filler import SchemaFiller


class GeneratorStage:
    """Refuses if the passages lack an answer, else answers by the language model or by quotes.

    Without `writer`, or when it fails or has too little time, the answer is extractive. Without
    `filler` a question with a JSON schema fails at once: nothing else could fill it.
    """

    def __init__(
        self,
        *,
        stream: TokenStream,
        tokenizer: Tokenizer,
        clock: Clock,
        ladder: Ladder,
        validator: Validator,
        writer: Writer | None = None,
        filler: SchemaFiller | None = None,
        rules: Rules,
        prices: PriceTable,
        prompts: Prompts,
        languages: Languages,
    ) -> None:
        self._stream = stream
        self._tokenizer = tokenizer
        self._clock = clock
        self._ladder = ladder
        self._rules = rules
        self._languages = languages
        self._filler = filler
        self._extractive = ExtractiveAnswerer(validator=validator, rules=rules)
        self._model: ModelAnswerer | None = None
        if writer is not None:
            self._model = ModelAnswerer(
                writer=writer,
                tokenizer=tokenizer,
                validator=validator,
                rules=rules,
                prices=prices,
                prompts=prompts,
            )

    async def __call__(self, event: CandidatesRanked) -> QueryAnswered:
        """Answer or refuse; end as `failed` with code `cancelled` if a reader asked to stop."""
        event = self._ladder.fit(event, now=self._clock(), rungs={Rung.EXTRACTIVE})
        broadcast = Broadcast(
            self._stream,
            event.ref,
            wanted=event.options.stream,
            poll_s=self._rules.cancel_poll_s,
            clock=self._clock,
        )
        language = await self._languages.of(event.text, event.standalone_text)
        ended = self._worded(await self._in_form(event, broadcast, language), language)
        if broadcast.skipped:
            ended = replace(ended, degradations=(*ended.degradations, Degradation.STREAM))
        await broadcast.finish(ended.status)
        return outcome.answered(
            event, ended, at=self._clock(), first_text_ms=broadcast.first_text_ms
        )

    async def _in_form(
        self, event: CandidatesRanked, broadcast: Broadcast, language: str | None
    ) -> AnswerOutcome:
        """End the question, and fill its JSON schema where it has one."""
        if event.options.json_schema is None:
            return await self._end(event, broadcast, language)
        if self._filler is None:
            return AnswerOutcome(status=AnswerStatus.FAILED, reason=NO_MODEL)
        ended = await self._end(self._filler.leaving_time(event), broadcast, language)
        if ended.status is not AnswerStatus.ANSWERED:
            return ended
        return await self._filler.fill(event, ended, broadcast=broadcast)

    async def _end(
        self, event: CandidatesRanked, broadcast: Broadcast, language: str | None
    ) -> AnswerOutcome:
        if not event.passages:
            ended = AnswerOutcome(status=AnswerStatus.REFUSED, reason=outcome.NO_PASSAGES)
            return await self._refused(ended, broadcast, language)
        old = outdated(event.standalone_text, event.passages, year=self._clock().year)
        passages = _without(event.passages, old)
        parts = _parts(event.standalone_text, passages)
        looks = [
            self._look(event, part, passages, context=context)
            for part, context in zip(parts, in_context(parts), strict=True)
        ]
        asked = [look for look in looks if isinstance(look, Asked)]
        if not asked and len(parts) == 1 and (sides := alternatives(parts[0])):
            parts, looks = sides, [self._look(event, side, passages) for side in sides]
            asked = [look for look in looks if isinstance(look, Asked)]
        refusals = [look for look in looks if isinstance(look, AnswerOutcome)]
        if not asked:
            ended = refusals[0] if refusals else outcome.nothing_asked()
            if refusals and list(parts) != [event.standalone_text]:
                whole = self._look(event, event.standalone_text, passages)
                ended = whole if isinstance(whole, AnswerOutcome) else ended
            return await self._refused(ended, broadcast, language)
        read = passages if len(looks) > 1 else asked[0].passages
        event = event.model_copy(update={"passages": tuple(read)})
        by_model, spent = None, None
        if self._model is not None and not event.plan.extractive:
            by_model, spent = await self._model.answer(
                event,
                asked[0].ranking
                if len(looks) == 1
                else Ranking(event.standalone_text, event.passages),
                language=self._languages.name(language),
                broadcast=broadcast,
            )
        left = [part for part, look in zip(parts, looks, strict=True) if look in refusals]
        support = min((look.support for look in asked if look.support is not None), default=None)
        if by_model is not None:
            others = [part for part in parts if part not in left]
            left = [part for part in left if not speaks_of(part, others, text=by_model.text)]
            ended = replace(by_model, support=support)
            return await self._with_open(ended, left, broadcast, language)
        count = await self._tokenizer.counter(())
        quoted = await self._extractive.answer(event, asked, broadcast=broadcast, count=count)
        return replace(
            await self._with_open(quoted, left, broadcast, language),
            support=support,
            usage=spent or quoted.usage,
            degradations=() if self._model is None else (Degradation.LLM,),
        )

    async def _with_open(
        self, ended: AnswerOutcome, left: Sequence[str], broadcast: Broadcast, language: str | None
    ) -> AnswerOutcome:
        """Say behind an answer which questions of several are `left` open."""
        if not left or ended.status is not AnswerStatus.ANSWERED:
            return ended
        said = self._languages.unanswered(left, language)
        await broadcast.say(f"\n\n{said}")
        return ended.leaving_open(left, said=said)

    def _look(
        self,
        event: CandidatesRanked,
        question: str,
        passages: Sequence[Passage],
        *,
        context: str | None = None,
    ) -> Asked | AnswerOutcome:
        """Return the passages that may answer `question`, or its refusal.

        What further looks found takes no answer away: where they lead to a refusal, the passages of
        the first look are judged alone. `context` is the question behind the one that it points
        back to.
        """
        found = self._judged(event, question, passages, context=context)
        first = tuple(passage for passage in passages if not passage.hop)
        if isinstance(found, Asked) or len(first) in (0, len(passages)):
            return found
        alone = self._judged(event, question, first, context=context)
        return alone if isinstance(alone, Asked) else found

    def _judged(
        self,
        event: CandidatesRanked,
        question: str,
        passages: Sequence[Passage],
        *,
        context: str | None,
    ) -> Asked | AnswerOutcome:
        unknown = event.unknown_words or ()
        named = named_thing(question, passages, typed=event.text)
        if named.absent:
            return outcome.other_kind(named.asked, unknown=unknown)
        ranking = Ranking(question, passages, scope=named.scope)
        if named.certain:
            return Asked(question=question, passages=passages, ranking=ranking)
        if may_ask_for_all(question) and asks_for_all(question, passages, ranking.of_all()):
            return AnswerOutcome(status=AnswerStatus.REFUSED, reason=outcome.NEEDS_ALL)
        relevance = _relevance(question, passages, ranking, unknown, context=context)
        refusal = self._refusal(relevance, unknown)
        names = unknown_names(question, unknown) or told_apart(question, passages, ranking)
        if refusal or names:
            return refusal or outcome.other_kind(names, unknown=unknown)
        others = other_kinds(question, passages)
        if others.passages:
            passages = _without(passages, others.passages)
            scope = named_thing(question, passages, typed=event.text).scope
            ranking = Ranking(question, passages, scope=scope)
            relevance = _relevance(question, passages, ranking, unknown, context=context)
            if not passages or self._refusal(relevance, unknown):
                return outcome.other_kind(others.asked, unknown=unknown)
        return Asked(
            question=question, passages=passages, ranking=ranking, support=relevance.support
        )

    def _refusal(self, relevance: Relevance, unknown: Collection[str]) -> AnswerOutcome | None:
        """Return the refusal if the passages do not seem to hold an answer."""
        if relevance.score >= self._rules.min_relevance:
            return None
        return outcome.not_answered_by(relevance, unknown=unknown)

    async def _refused(
        self, ended: AnswerOutcome, broadcast: Broadcast, language: str | None
    ) -> AnswerOutcome:
        await broadcast.start()
        await broadcast.say(self._worded(ended, language).text)
        return ended

    def _worded(self, ended: AnswerOutcome, language: str | None) -> AnswerOutcome:
        """Translate the reason, if there is one, into the question's language."""
        if ended.reason is None:
            return ended
        reason = self._languages.worded(ended.reason, language, missing=ended.missing)
        return replace(ended, reason=reason)


def _relevance(
    question: str,
    passages: Sequence[Passage],
    ranking: Ranking,
    unknown: Collection[str],
    *,
    context: str | None,
) -> Relevance:
    """Return how far the best passages answer `question` behind the one that it points back to.

    Its own words have to be in one of them, too.
    """
    best = passages[:BEST]
    own = assess(question, best, ranking.of_best(BEST), unknown=unknown)
    if context is None or context == question or not own.words:
        return own
    ranked = Ranking(context, passages).of_best(BEST)
    return assess(context, best, ranked, unknown=unknown)


def _parts(text: str, passages: Sequence[Passage]) -> Sequence[str]:
    """Return the single questions of `text`, without orders to a model; none if it asks nothing.

    The sides of a comparison are asked for one by one where no passage is about both.
    """
    question = without_orders(text)
    if not question:
        return ()
    parts = question_parts(question)
    if len(parts) == 1:
        parts = question_parts(core_question(question))
    sides = compared(parts[0]) if len(parts) == 1 else None
    if sides is None:
        return parts
    names = terms(sides[0]) ^ terms(sides[1])
    together = any(names <= terms(f"{label(p)} . {p.text}") for p in passages)
    return parts if together else sides


def _without(passages: Sequence[Passage], left_out: Collection[int]) -> Sequence[Passage]:
    """Return the passages but for those at these places."""
    return tuple(p for number, p in enumerate(passages) if number not in left_out)
