"""A language model behind its circuit breaker: what traces show of a call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ragline.adapters.llm.guarded import ModelGuard
from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import SpanKind, Tracer, active
from ragline.ports.models import ChatMessage, Delta
from ragline.settings import CircuitSettings

ASKED = "why is the safe open?"


class Model:
    """Answers in two pieces, or not at all."""

    model_id = "small-1"

    def __init__(self, *, away: bool = False) -> None:
        self._away = away

    async def stream(
        self, messages: Sequence[ChatMessage], **_: Any
    ) -> AsyncGenerator[Delta, None]:
        if self._away:
            raise Unavailable(messages[0].content)
        yield Delta(text="It is not.")
        yield Delta(model="small-1", served_as="small-1-2026", prompt_tokens=7, completion_tokens=3)

    async def complete_json(self, messages: Sequence[ChatMessage], **_: Any) -> dict[str, Any]:
        return {"about": messages[0].content}

    async def write_json(self, messages: Sequence[ChatMessage], **_: Any) -> Delta:
        return Delta(text="{}", model="small-1", prompt_tokens=7, completion_tokens=1)


async def test_a_language_models_call_has_model_and_tokens(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    model = ModelGuard(CircuitSettings(), Metrics())(Model())
    question = [ChatMessage(role="user", content=ASKED)]
    with active(tracer.begin("work", kind=SpanKind.CONSUMER, parent=None)):
        told = [each.text async for each in model.stream(question, max_tokens=50, timeout=9)]
    assert told == ["It is not.", ""]
    call, _ = seen.get_finished_spans()
    assert (call.name, call.attributes) == (
        "chat small-1",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "small-1",
            "gen_ai.request.max_tokens": 50,
            "gen_ai.response.model": "small-1-2026",
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 3,
        },
    )


async def test_json_for_somebody_elses_schema_shows_its_tokens_too(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    model = ModelGuard(CircuitSettings(), Metrics())(Model())
    question = [ChatMessage(role="user", content=ASKED)]
    with active(tracer.begin("work", kind=SpanKind.CONSUMER, parent=None)):
        await model.write_json(question, schema={}, max_tokens=50, timeout=9)
    call, _ = seen.get_finished_spans()
    told = call.attributes or {}
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.request.max_tokens"]) == (7, 50)


async def test_a_model_that_is_away_shows_the_class_of_its_error(
    tracer: Tracer, seen: InMemorySpanExporter
) -> None:
    model = ModelGuard(CircuitSettings(), Metrics())(Model(away=True))
    question = [ChatMessage(role="user", content=ASKED)]
    with active(tracer.begin("work", kind=SpanKind.CONSUMER, parent=None)):
        with pytest.raises(Unavailable):
            await anext(model.stream(question, max_tokens=50, timeout=9))
        await model.complete_json(question, schema={}, timeout=9)
    failed, fine, _ = seen.get_finished_spans()
    assert (failed.attributes or {})["error.type"] == "Unavailable"
    assert "error.type" not in (fine.attributes or {})
    assert ASKED not in failed.to_json()
