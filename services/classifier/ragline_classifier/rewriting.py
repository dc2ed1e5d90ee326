"""Standalone questions: adds the topic of earlier turns to a follow-up question.

Deterministic rules on English and German words. In doubt they leave a question unchanged: a wrong
topic costs more than a missing one. The result is only for search, so "undo that (install the
agent)" is good enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Turn
from ragline_classifier import followups, german_followups

_MAX_TURNS = 8
_MAX_TOPIC_CHARS = 300
# A question with this many words names its own topic
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

    Earlier turns are made standalone first, so that a topic is kept over several follow-ups.
    """
    asked = [turn.text.strip() for turn in history if turn.role == "user" and turn.text.strip()]
    context: str | None = None
    for question in [*asked[-_MAX_TURNS:], text]:
        context = question if context is None else _joined(question, context[:_MAX_TOPIC_CHARS])
    return context if context is not None else text


def _joined(text: str, previous: str) -> str:
    if len(text) > _MAX_FOLLOW_UP_CHARS:
        return text
    kind = followups.detect(text)
    if kind is None:
        return german_followups.joined(text, previous)
    if isinstance(kind, followups.Reference):
        return _resolved(text, kind, previous)
    if isinstance(kind, followups.Variation):
        return _varied(kind, previous)
    return _exchanged(text, kind, previous)


def _exchanged(text: str, kind: followups.Continuation, previous: str) -> str:
    """Ask the earlier question about something else, if it ends with what it was about."""
    base = previous.rstrip(" ?!.")
    last = followups.last_phrase(base)
    if not kind.about or not last:
        return _continued(text, previous)
    state = followups.state_of(last)
    if not state or followups.state_of(f"{kind.about} one"):
        return f"{base.removesuffix(last)}{kind.about}?"
    named = kind.about.split(maxsplit=1)
    articled = len(named) > 1 and named[0].lower() in followups.ARTICLES
    about = f"{named[0]} {state} {named[1]}" if articled else f"{state} {kind.about}"
    return f"{base.removesuffix(last)}{about}?"


def _continued(text: str, previous: str) -> str:
    end = "" if previous.endswith(("?", ".", "!")) else "."
    return f"{previous}{end} {text}"


def _resolved(text: str, reference: followups.Reference, previous: str) -> str:
    """Replace the pronoun by the topic, or append the topic if it is not a noun phrase."""
    topic = followups.topic(previous)
    if not topic.text:
        return _continued(text, previous)
    word, before, after = reference.word, text[: reference.start], text[reference.end :]
    if word in {"one", "ones"} and (last := followups.last_phrase(topic.text)):
        return f"{before}{last}{after}"
    if not (topic.nominal and reference.replaceable):
        return f"{before}{word} ({topic.text}){after}"
    suffix = "'s" if word.lower() in {"its", "their"} else ""
    return f"{before}{topic.text}{suffix}{after}"


def _varied(variation: followups.Variation, previous: str) -> str:
    """Repeat the earlier question with the new condition in place of the old one."""
    base = previous.rstrip(" ?!.")
    same = re.search(rf"(?i)\s+{re.escape(variation.preposition)}\s+\S+(?:\s+\S+)?$", base)
    return f"{base[: same.start()] if same else base} {variation.phrase}?"
