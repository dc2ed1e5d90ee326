"""Language models, each behind its own circuit breaker."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from ragline.adapters.circuit.breaker import Breaker
from ragline.observability import semantic_conventions as names
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import Span, SpanKind, active_span
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
        with self._asked(max_tokens) as span, self._breaker.call() as call:
            stream = self._model.stream(messages, max_tokens=max_tokens, timeout=timeout, stop=stop)
            async with aclosing(stream) as deltas:
                async for delta in deltas:
                    call.heard()
                    if delta.model is not None:
                        span.note(_counted(delta))
                    yield delta
                    call.waiting()

    async def complete_json(
        self, messages: Sequence[ChatMessage], *, schema: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        """Return one JSON object that fits `schema`."""
        with self._asked(), self._breaker.call():
            return await self._model.complete_json(messages, schema=schema, timeout=timeout)

    async def write_json(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: dict[str, Any],
        max_tokens: int,
        timeout: float,
    ) -> Delta:
        """Return text that the server was told to fit to `schema`."""
        with self._asked(max_tokens) as span, self._breaker.call():
            written = await self._model.write_json(
                messages, schema=schema, max_tokens=max_tokens, timeout=timeout
            )
            span.note(_counted(written))
            return written

    def _asked(self, max_tokens: int | None = None) -> Span:
        span = active_span()
        if not span.recorded:
            return span
        limit: dict[str, str | int] = {}
        if max_tokens is not None:
            limit[names.GEN_AI_REQUEST_MAX_TOKENS] = max_tokens
        return span.child(
            f"{names.CHAT} {self.model_id}",
            kind=SpanKind.CLIENT,
            attributes={
                names.GEN_AI_OPERATION: names.CHAT,
                names.GEN_AI_PROVIDER: names.OPENAI,
                names.GEN_AI_REQUEST_MODEL: self.model_id,
                **limit,
            },
        )


def _counted(delta: Delta) -> dict[str, str | int]:
    """Return what the last delta of a stream says."""
    said = {
        names.GEN_AI_RESPONSE_MODEL: delta.served_as or delta.model,
        names.GEN_AI_INPUT_TOKENS: delta.prompt_tokens,
        names.GEN_AI_OUTPUT_TOKENS: delta.completion_tokens,
    }
    return {name: value for name, value in said.items() if value is not None}


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
