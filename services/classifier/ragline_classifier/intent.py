"""What an intent model is: text in, one of four intents with a calibrated confidence out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """An intent and how sure the model is.

    `confidence` is the probability of `intent`; `probabilities` covers all intents and sums to 1.
    `degradations` names what the model had to go without.
    """

    intent: Intent
    confidence: float
    probabilities: Mapping[Intent, float]
    degradations: tuple[Degradation, ...] = ()


class IntentModel(Protocol):
    """Tells what kind of help a standalone question asks for. Never fails: it degrades."""

    async def classify(self, text: str, *, timeout: float) -> Prediction:
        """Classify `text` within about `timeout` seconds."""
        ...
