"""Passages for tests of the rules that read them."""

from __future__ import annotations

from typing import Any

from ragline.contracts.queries import Passage


def passage(name: str, title: str, text: str, **given: Any) -> Passage:
    """Return a passage of a document of its own; its score is 0.5 unless given."""
    defaults: dict[str, Any] = {
        "chunk_id": name,
        "document_id": name,
        "version": 1,
        "ordinal": 0,
        "title": title,
        "text": text,
        "start": 0,
        "end": len(text),
        "score": 0.5,
    }
    return Passage(**(defaults | given))


GAME = passage(
    "game",
    "Act of War: Direct Action",
    "Act of War: Direct Action is a strategy game published by Atari. It features a story written "
    "by Dale Brown, a retired captain.",
    score=0.9,
)
ACTION = passage("action", "Direct action", "Direct action occurs when a group takes an action.")
GENRE = "What genre is the author of the story behind Act of War: Direct Action known for?"
