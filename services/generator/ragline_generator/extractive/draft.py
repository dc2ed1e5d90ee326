"""Answers without a language model: the best units of the passages, in their own words.

The shape follows the intent: a fact gets a sentence or two, a procedure its complete steps, a
navigational question the link, before the sentence if a text is asked for, else behind it. Every
sentence carries the marker of its passage, so the result is validated like any other answer. It
cannot combine or rephrase; `models` marks it as extractive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline.questions.terms import asked, terms
from ragline_generator.extractive.definitions import DEFINING, contrasted, only_definition
from ragline_generator.extractive.empty_cells import asks_for_empty_cell
from ragline_generator.extractive.expectations import AnswerForm, asks_for_text, expectation
from ragline_generator.extractive.focus import continued, focus, weighed
from ragline_generator.extractive.negated import without_holders
from ragline_generator.extractive.pointers import directness
from ragline_generator.extractive.renderer import Renderer
from ragline_generator.extractive.selection import Selection, best_units
from ragline_generator.extractive.step_places import placed_step
from ragline_generator.extractive.steps import best_steps
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.ranking import Ranked
from ragline_generator.rules import BEST


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in pieces to be streamed, and the excerpts behind its numbered markers."""

    pieces: tuple[str, ...]
    context: tuple[Excerpt, ...]

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Shape:
    """The maximum number of units, and the minimum score of each relative to the best."""

    units: int
    floor: float


_SHAPES = {
    Intent.FACTUAL: Shape(units=2, floor=0.6),
    Intent.NAVIGATIONAL: Shape(units=1, floor=0.6),
    Intent.PROCEDURAL: Shape(units=4, floor=0.5),
    Intent.TROUBLESHOOTING: Shape(units=4, floor=0.5),
}
_NEAREST = 0.9
# How much the rank of a passage counts beside the form of its sentences
_RANK_POWER = 2


def compose(
    question: str,
    intent: Intent,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    *,
    max_tokens: int,
    count: Callable[[str], int],
    used: int = 0,
    best: int = BEST,
) -> Draft:
    """Compose the answer from the ranked units; empty when there is nothing to quote.

    `max_tokens` limits the answer: its last pieces are left out, but never the first. `used` is the
    number of markers before, in the answers to other questions of the same text. Of the passages
    behind the first `best`, only definitions are quoted.
    """
    renderer = Renderer(passages, max_tokens=max_tokens, count=count, used=used)
    form = _form(question, intent)
    ranked = [*ranked[:best], *(_definitions(units, form) for units in ranked[best:])]
    ranked = without_holders(question, passages, ranked)
    if asks_for_empty_cell(question, passages, ranked):
        return Draft((), ())
    linked = asked(question) if intent is Intent.NAVIGATIONAL else None
    shares = focus(question, passages)
    chosen: Sequence[Selection] | None
    chosen = placed_step(question, weighed(ranked, shares), continued(passages))
    if chosen is None:
        chosen = _selections(question, intent, passages, ranked, shares, form)
    for selection in chosen:
        renderer.add(selection, linked=linked, link_first=asks_for_text(question))
    return Draft(renderer.pieces, renderer.context)


def _form(question: str, intent: Intent) -> AnswerForm:
    """Return the form of an answer; a unit that only tells where one is has half of it."""
    expected = expectation(question, intent)
    if intent is Intent.NAVIGATIONAL or asks_for_text(question):
        return expected
    known = terms(question)
    return replace(expected, factor=lambda text: expected.factor(text) * directness(text, known))


def _definitions(units: Sequence[Ranked], form: AnswerForm) -> Sequence[Ranked]:
    return [
        each if form.factor(each.text) >= DEFINING else replace(each, score=0.0) for each in units
    ]


def _selections(
    question: str,
    intent: Intent,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    shares: Sequence[float],
    form: AnswerForm,
) -> Sequence[Selection]:
    found = weighed(ranked, shares)
    # a passage that only mentions the subject has steps for another task, or is not the page sought
    nearest = [
        units if share >= _NEAREST * max(shares) else []
        for units, share in zip(found, shares, strict=True)
    ]
    sides = _sides(found, contrasted(question))
    if sides:
        return sides
    if intent is Intent.PROCEDURAL:
        steps = best_steps(nearest, found, continued(passages))
        if steps:
            return steps
    shape = _SHAPES[intent]
    candidates = nearest if intent is Intent.NAVIGATIONAL else found
    chosen = best_units(candidates, most=shape.units, floor=shape.floor, form=form)
    if not form.known:
        return sorted(chosen, key=lambda each: -shares[each.index])
    return sorted(chosen, key=lambda each: -each.worth * shares[each.index] ** _RANK_POWER)


def _sides(
    found: Sequence[Sequence[Ranked]], things: Sequence[frozenset[str]]
) -> Sequence[Selection]:
    """Return what each of the two things is, whose difference is asked for, if both are defined."""
    chosen: list[Selection] = []
    for thing in things:
        form = AnswerForm(only_definition(thing), exact=True)
        chosen += best_units(found, most=1, floor=1.0, form=form)
    return chosen if all(selection.worth > 0 for selection in chosen) else ()
