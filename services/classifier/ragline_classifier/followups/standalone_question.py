"""A question that can be understood by itself, and what the next one may refer to."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneQuestion:
    """A standalone question.

    `topic` is what it is about, as it stands in `text`; `condition` is a phrase that a follow-up
    added ("on Windows"); both are empty where they are not known. `pair` are the two things that
    the conversation compared last.
    """

    text: str
    topic: str = ""
    condition: str = ""
    pair: tuple[str, str] | None = None

    def following(self, text: str, *, topic: str = "", condition: str = "") -> StandaloneQuestion:
        """Return the question of a follow-up, which still knows the pair."""
        return replace(self, text=text, topic=topic, condition=condition)
