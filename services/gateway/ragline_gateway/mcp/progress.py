"""How far a question is, as MCP's progress notifications say it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ragline.adapters.redis.entries import Entry
from ragline.contracts.topics import QUERY_STAGES

TOTAL = len(QUERY_STAGES) + 1

# Characters of an answer after which its reader hears of it again
_STEP = 200
# How far a stage brings a question that it has seen before: all further looks are within one step
_AGAIN = 0.125


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """`progress` grows from 0 to `TOTAL`, which only the answer itself reaches."""

    progress: float
    message: str


class AskProgress:
    """Turns the entries of one question's stream into steps.

    Each step is higher than the one before, as the protocol demands: a second attempt at an answer
    says nothing until it is longer than the first.
    """

    def __init__(self) -> None:
        self._reached = 0.0
        self._attempt = 0
        self._written = 0
        self._told = 0

    def after(self, entry: Entry) -> ProgressStep | None:
        """Return the step that `entry` makes, or None if it makes none worth telling."""
        attempt, _ = entry.order
        data = json.loads(entry.data)
        if attempt == 0:
            return self._higher(self._place(str(data.get("stage"))), f"{data.get('stage')} at work")
        if attempt != self._attempt:
            self._attempt, self._written, self._told = attempt, 0, 0
        self._written += len(data.get("delta", ""))
        if self._written - self._told < _STEP:
            return None
        self._told = self._written
        part = self._written / (self._written + 1_000)
        return self._higher(len(QUERY_STAGES) + part, f"{self._written:,} characters written")

    def _higher(self, progress: float, message: str) -> ProgressStep | None:
        if progress <= self._reached:
            return None
        self._reached = progress
        return ProgressStep(progress, message)

    def _place(self, stage: str) -> float:
        """Return how far a question is at `stage`, which may look at it a second time."""
        place = QUERY_STAGES.index(stage) + 1 if stage in QUERY_STAGES else 0
        again = 0 < place <= self._reached < len(QUERY_STAGES)
        return self._reached + _AGAIN if again else place
