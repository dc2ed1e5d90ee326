"""Standalone questions: a follow-up gets the topic of the turns before it.

Rules on words, deterministic, English. They prefer to leave a question alone: a wrong topic costs
more than a missing one. What they write is for search, so "undo that (install the agent)" will do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Turn
from ragline_classifier import followups

_MAX_TURNS = 8
_MAX_TOPIC_CHARS = 300
# Who writes this much says what it is about
_MAX_FOLLOW_UP_CHARS = 500


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A question that needs no history, and what the rewriter had to go without."""

    text: str
    degradations: tuple[Degradation, ...] = ()


class Rewriter(Protocol):
    """Makes a question standalone. Never fails: it degrades."""

    async def rewrite(self, text: str, history: Sequence[Turn], *, timeout: float) -> Rewrite:
        """Return `text` with what it takes from `history`, within about `timeout` seconds."""
        ...


class HeuristicRewriter:
    """The default: no model, well under a millisecond."""

    async def rewrite(self, text: str, history: Sequence[Turn], *, timeout: float) -> Rewrite:
        """Return the standalone form of `text`; `timeout` plays no part."""
        return Rewrite(standalone(text, history))


def standalone(text: str, history: Sequence[Turn]) -> str:
    """Return `text` itself, or with the topic of the user's earlier turns when it follows them.

    Earlier turns are made standalone first, so that a topic survives several follow-ups.
    """
    asked = [turn.text.strip() for turn in history if turn.role == "user" and turn.text.strip()]
    context: str | None = None
    for question in [*asked[-_MAX_TURNS:], text]:
        context = question if context is None else _joined(question, context[:_MAX_TOPIC_CHARS])
    return context if context is not None else text


def _joined(text: str, previous: str) -> str:
    kind = followups.detect(text) if len(text) <= _MAX_FOLLOW_UP_CHARS else None
    if kind is None:
        return text
    if isinstance(kind, followups.Reference):
        return _resolved(text, kind, previous)
    if isinstance(kind, followups.Variation):
        return _varied(kind, previous)
    return _continued(text, previous)


def _continued(text: str, previous: str) -> str:
    end = "" if previous.endswith(("?", ".", "!")) else "."
    return f"{previous}{end} {text}"


def _resolved(text: str, reference: followups.Reference, previous: str) -> str:
    """Put the topic in the pronoun's place, or behind it when it is no noun phrase."""
    topic = followups.topic(previous)
    if not topic.text:
        return _continued(text, previous)
    word, before, after = reference.word, text[: reference.start], text[reference.end :]
    if not (topic.nominal and reference.replaceable):
        return f"{before}{word} ({topic.text}){after}"
    suffix = "'s" if word.lower() in {"its", "their"} else ""
    return f"{before}{topic.text}{suffix}{after}"


def _varied(variation: followups.Variation, previous: str) -> str:
    """Repeat the earlier question with the new circumstance in place of the old one."""
    base = previous.rstrip(" ?!.")
    same = re.search(rf"(?i)\s+{re.escape(variation.preposition)}\s+\S+(?:\s+\S+)?$", base)
    return f"{base[: same.start()] if same else base} {variation.phrase}?"
