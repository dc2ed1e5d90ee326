"""The interface of intent models: a text gets one of four intents and a calibrated confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """An intent and the confidence of the model.

    `confidence` is the probability of `intent`; `probabilities` covers all intents and sums to 1.
    `degradations` names the steps that had to be skipped.
    """

    intent: Intent
    confidence: float
    probabilities: Mapping[Intent, float]
    degradations: tuple[Degradation, ...] = ()


class IntentModel(Protocol):
    """Classifies what kind of help a standalone question asks for. Never fails: it degrades."""

    async def classify(self, text: str, *, timeout: float) -> Prediction:
        """Classify `text` within about `timeout` seconds."""
        ...
