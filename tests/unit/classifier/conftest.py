from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from ragline.contracts.plan import Intent
from ragline.errors import RaglineError
from ragline.ports.models import ChatMessage, Delta
from ragline_classifier import local_model, plans
from ragline_classifier.intent import Prediction
from ragline_classifier.local_model import LinearIntentModel
from ragline_classifier.plans import PlanBook

NOW = datetime(2025, 6, 15, 12, 0, tzinfo=UTC)


def prediction(intent: Intent, confidence: float) -> Prediction:
    rest = (1 - confidence) / 3
    return Prediction(
        intent=intent,
        confidence=confidence,
        probabilities={i: confidence if i is intent else rest for i in Intent},
    )


@dataclass
class FixedIntent:
    """An intent model with a fixed prediction, which records the texts it was asked."""

    said: Prediction
    asked: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)

    async def classify(self, text: str, *, timeout: float) -> Prediction:
        self.asked.append(text)
        self.timeouts.append(timeout)
        return self.said


@dataclass
class ScriptedLlm:
    """A language model that replies, fails or hangs as configured."""

    reply: dict[str, Any] | None = None
    error: RaglineError | None = None
    delay_s: float = 0.0
    prompts: list[Sequence[ChatMessage]] = field(default_factory=list)

    @property
    def model_id(self) -> str:
        return "scripted"

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        raise AssertionError("the classifier does not stream")

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        self.prompts.append(messages)
        await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        assert self.reply is not None
        return self.reply

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        raise AssertionError("the classifier's schemas are its own")


@pytest.fixture(scope="session")
def local() -> LinearIntentModel:
    return local_model.load()


@pytest.fixture(scope="session")
def book() -> PlanBook:
    return plans.load()
