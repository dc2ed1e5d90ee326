"""Conversations as tests write them."""

from __future__ import annotations

from ragline.contracts.queries import Turn
from ragline_classifier.rewriting import standalone


def last_of(*asked: str) -> str:
    """Return the standalone form of the last question of a conversation."""
    *earlier, text = asked
    return standalone(text, [Turn(role="user", text=each) for each in earlier])
