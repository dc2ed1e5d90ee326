"""Standalone questions: adds the topic of earlier turns to a follow-up question.

Deterministic rules on words, a module for each language. In doubt they leave a question unchanged:
a wrong topic costs more than a missing one. The result is only for search, so "undo that (install
the agent)" is good enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Turn
from ragline_classifier.followups.languages import rules_of
from ragline_classifier.followups.standalone_question import StandaloneQuestion

_MAX_TURNS = 8
_MAX_TOPIC_CHARS = 300
# A longer question names its own topic
_MAX_FOLLOW_UP_CHARS = 500


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A standalone question, and the steps that the rewriter had to skip."""

    text: str
    degradations: tuple[Degradation, ...] = ()


class Rewriter(Protocol):
    """Makes a question standalone. It degrades instead of failing."""

    async def rewrite(self, text: str, history: Sequence[Turn], *, timeout: float) -> Rewrite:
        """Return `text` completed from `history`, within about `timeout` seconds."""
        ...


class HeuristicRewriter:
    """The default: rules without a model, well under a millisecond."""

    async def rewrite(self, text: str, history: Sequence[Turn], *, timeout: float) -> Rewrite:
        """Return the standalone form of `text`; `timeout` is not used."""
        return Rewrite(standalone(text, history))


def standalone(text: str, history: Sequence[Turn]) -> str:
    """Return `text`; if it is a follow-up, with the topic of the user's earlier turns.

    Earlier turns are made standalone first, so that a topic is kept over several follow-ups. What
    is added has at most 600 characters.
    """
    asked = [turn.text.strip() for turn in history if turn.role == "user" and turn.text.strip()]
    context: StandaloneQuestion | None = None
    for question in [*asked[-_MAX_TURNS:], text]:
        context = _next(question, context)
    return context.text if context is not None else text


def _next(text: str, previous: StandaloneQuestion | None) -> StandaloneQuestion:
    if len(text) > _MAX_FOLLOW_UP_CHARS:
        return StandaloneQuestion(text=text)
    if previous is None:
        return rules_of(text, "").fresh(text)
    previous = _cut(previous)
    question = rules_of(text, previous.text).joined(text, previous)
    if question.pair is None and any(thing in text for thing in previous.pair or ()):
        return replace(question, pair=previous.pair)
    return question


def _cut(question: StandaloneQuestion) -> StandaloneQuestion:
    text = question.text[:_MAX_TOPIC_CHARS]
    return replace(
        question,
        text=text,
        topic=question.topic if question.topic in text else "",
        condition=question.condition if question.condition in text else "",
    )
