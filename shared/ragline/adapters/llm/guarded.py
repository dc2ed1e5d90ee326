"""Language models, each behind its own circuit breaker."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from ragline.adapters.circuit.breaker import Breaker
from ragline.observability.metrics import Metrics
from ragline.ports.models import ChatMessage, Delta, LanguageModel
from ragline.settings import CircuitSettings


class GuardedModel:
    """Passes calls on to `model` while the circuit lets them through.

    Raises, besides what `model` raises:
        CircuitOpen: the model failed recently; it is not called before the next trial.
    """

    def __init__(self, model: LanguageModel, breaker: Breaker) -> None:
        self._model = model
        self._breaker = breaker

    @property
    def model_id(self) -> str:
        """The model's name."""
        return self._model.model_id

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        timeout: float,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Delta, None]:
        """Stream a completion."""
        with self._breaker.call() as call:
            stream = self._model.stream(messages, max_tokens=max_tokens, timeout=timeout, stop=stop)
            async with aclosing(stream) as deltas:
                async for delta in deltas:
                    call.heard()
                    yield delta
                    call.waiting()

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        """Return one JSON object that fits `schema`."""
        with self._breaker.call():
            return await self._model.complete_json(messages, schema=schema, timeout=timeout)


class ModelGuard:
    """Puts models behind breakers named `llm:<model>`; `degraded` shows probes which are open."""

    def __init__(self, settings: CircuitSettings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self.degraded: dict[str, Callable[[], str | None]] = {}

    def __call__(self, model: LanguageModel) -> LanguageModel:
        """Return `model` behind a breaker."""
        breaker = Breaker(f"llm:{model.model_id}", settings=self._settings, metrics=self._metrics)
        self.degraded[breaker.dependency] = breaker.problem
        return GuardedModel(model, breaker)
