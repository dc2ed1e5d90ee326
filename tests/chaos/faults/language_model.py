"""A language model that limits, stalls, breaks off, fails, or refuses the key."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..llm import Mood
from .fault import Act, Fault, Scene

_MOOD_S = 6.0
_USUAL = (Mood.LIMITED, Mood.STALLED, Mood.BROKEN, Mood.FAILING)


def faults() -> Iterator[Fault]:
    """Return the usual troubles with a language model."""
    for mood in _USUAL:
        yield Fault(
            name=f"llm {mood}",
            about=f"the language model answers with {mood} for {_MOOD_S:g} s",
            act=moody(mood, _MOOD_S),
        )


def moody(mood: Mood, seconds: float) -> Act:
    """Return the act of a language model in another mood."""

    def act(scene: Scene) -> None:
        scene.topology.model.mood = mood
        time.sleep(seconds)
        scene.topology.model.mood = Mood.GOOD

    return act
