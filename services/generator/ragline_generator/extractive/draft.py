"""Answers without a language model: the best units of the passages, in their own words.

The shape follows the intent: a fact gets a sentence or two, a procedure its complete steps, a
navigational question the link, before the sentence if a text is asked for, else behind it. Every
sentence carries the marker of its passage, so the result is validated like any other answer. It
cannot combine or rephrase; `models` marks it as extractive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragline.contracts.plan import Intent
from ragline.contracts.queries import Passage
from ragline_generator.extractive.empty_cells import asks_for_empty_cell
from ragline_generator.extractive.expectations import asks_for_text, expectation
from ragline_generator.extractive.focus import continued, focus, weighed
from ragline_generator.extractive.negated import without_holders
from ragline_generator.extractive.renderer import Renderer
from ragline_generator.extractive.selection import Selection, best_units
from ragline_generator.extractive.step_places import placed_step
from ragline_generator.extractive.steps import best_steps
from ragline_generator.passages.context import Excerpt
from ragline_generator.passages.ranking import Ranked
from ragline_generator.passages.terms import asked


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


def compose(
    question: str,
    intent: Intent,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    *,
    max_tokens: int,
    count: Callable[[str], int],
    used: int = 0,
) -> Draft:
    """Compose the answer from the ranked units; empty when there is nothing to quote.

    `max_tokens` limits the answer: its last pieces are left out, but never the first. `used` is the
    number of markers before, in the answers to other questions of the same text.
    """
    renderer = Renderer(passages, max_tokens=max_tokens, count=count, used=used)
    fit = expectation(question, intent)
    ranked = without_holders(question, passages, ranked)
    if asks_for_empty_cell(question, passages, ranked):
        return Draft((), ())
    linked = asked(question) if intent is Intent.NAVIGATIONAL else None
    shares = focus(question, passages)
    placed = placed_step(question, weighed(ranked, shares), continued(passages))
    chosen = placed if placed is not None else _selections(intent, passages, ranked, shares, fit)
    for selection in chosen:
        renderer.add(selection, linked=linked, link_first=asks_for_text(question))
    return Draft(renderer.pieces, renderer.context)


def _selections(
    intent: Intent,
    passages: Sequence[Passage],
    ranked: Sequence[Sequence[Ranked]],
    shares: Sequence[float],
    fit: Callable[[str], float],
) -> Sequence[Selection]:
    found = weighed(ranked, shares)
    # a passage that only mentions the subject has steps for another task, or is not the page sought
    nearest = [
        units if share >= _NEAREST * max(shares) else []
        for units, share in zip(found, shares, strict=True)
    ]
    if intent is Intent.PROCEDURAL:
        steps = best_steps(nearest, found, continued(passages))
        if steps:
            return steps
    shape = _SHAPES[intent]
    candidates = nearest if intent is Intent.NAVIGATIONAL else found
    chosen = best_units(candidates, most=shape.units, floor=shape.floor, fit=fit)
    return sorted(chosen, key=lambda selection: -shares[selection.index])
