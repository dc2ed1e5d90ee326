"""The adapter against a real OpenAI-compatible server (llama.cpp) with a small base model."""

from __future__ import annotations

from ragline.adapters.openai_llm import open_language_model
from ragline.ports.models import ChatMessage
from ragline.settings import LlmSettings

FEW_SHOT = [
    ChatMessage(role="system", content="Answer with the capital's name."),
    ChatMessage(role="user", content="France"),
    ChatMessage(role="assistant", content="Paris"),
    ChatMessage(role="user", content="Italy"),
    ChatMessage(role="assistant", content="Rome"),
    ChatMessage(role="user", content="Spain"),
]


async def test_a_base_model_continues_a_transcript(llama_url: str) -> None:
    settings = LlmSettings(base_url=llama_url, model="gemma", api="completions")

    async with open_language_model(settings) as model:
        deltas = [d async for d in model.stream(FEW_SHOT, max_tokens=8, timeout=60)]

    assert "".join(d.text for d in deltas).strip() == "Madrid"
    assert deltas[-1].model == "gemma"
    assert (deltas[-1].prompt_tokens or 0) > 10
    assert (deltas[-1].completion_tokens or 0) >= 1


async def test_the_chat_protocol_is_understood(llama_url: str) -> None:
    settings = LlmSettings(base_url=llama_url, model="gemma")

    async with open_language_model(settings) as model:
        deltas = [d async for d in model.stream(FEW_SHOT, max_tokens=8, timeout=60)]

    assert "".join(d.text for d in deltas)
    assert 0 < (deltas[-1].completion_tokens or 0) <= 8


async def test_a_schema_makes_even_a_small_model_answer_in_json(llama_url: str) -> None:
    settings = LlmSettings(base_url=llama_url, model="gemma", api="completions")
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["city", "river"]}},
        "required": ["kind"],
        "additionalProperties": False,
    }
    question = [ChatMessage(role="user", content="Is Madrid a city or a river? Answer in JSON.")]

    async with open_language_model(settings) as model:
        answer = await model.complete_json(question, schema=schema, timeout=60)

    assert answer["kind"] in ("city", "river")
