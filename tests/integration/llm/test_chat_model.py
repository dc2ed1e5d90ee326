"""A real chat model behind llama.cpp: all that Ragline asks of a language model.

Where the model is, after `make llm`; it is small, so only the form of what it says is expected.
"""

from __future__ import annotations

import time
from contextlib import aclosing

from tests.integration.llm.pace import LONG, Pace
from tests.patience import PATIENCE_S
from tests.unit.classifier.conftest import FixedIntent, prediction
from tests.unit.reranker.passages import ACTION, GAME, GENRE

from ragline.adapters.llm.openai import open_language_model
from ragline.contracts.plan import Intent
from ragline.contracts.queries import Turn
from ragline.model_settings import LlmSettings
from ragline.ports.models import ChatMessage
from ragline_classifier.llm_intent import LlmIntentModel
from ragline_classifier.llm_rewriter import LlmRewriter
from ragline_classifier.rewriting import HeuristicRewriter
from ragline_reranker.hop_judge import RuleJudge
from ragline_reranker.llm_judge import LlmJudge

COUNT = [ChatMessage(role="user", content="Count from 1 to 100, with a comma after each number.")]
CAPITAL = [
    ChatMessage(role="system", content="Answer with one word."),
    ChatMessage(role="user", content="What is the capital of Spain?"),
]


async def test_an_answer_comes_in_pieces_and_ends_with_its_tokens(
    chat_settings: LlmSettings,
) -> None:
    async with open_language_model(chat_settings) as model:
        deltas = [d async for d in model.stream(COUNT, max_tokens=24, timeout=PATIENCE_S)]

    assert "".join(d.text for d in deltas).startswith("1,")
    assert len([d for d in deltas if d.text]) > 10
    assert deltas[-1].model == chat_settings.model
    assert (deltas[-1].completion_tokens, deltas[-1].cut_off) == (24, True)
    assert 10 < (deltas[-1].prompt_tokens or 0) < 100


async def test_an_answer_ends_by_itself(chat_settings: LlmSettings) -> None:
    async with open_language_model(chat_settings) as model:
        deltas = [d async for d in model.stream(CAPITAL, max_tokens=LONG, timeout=PATIENCE_S)]

    assert "Madrid" in "".join(d.text for d in deltas)
    assert not deltas[-1].cut_off


async def test_a_stop_sequence_ends_the_text_before_it(chat_settings: LlmSettings) -> None:
    async with open_language_model(chat_settings) as model:
        stream = model.stream(COUNT, max_tokens=60, timeout=PATIENCE_S, stop=["5"])
        text = "".join([d.text async for d in stream])

    assert text.rstrip(" ,\n").endswith("4")


async def test_a_cancel_frees_the_server(chat_settings: LlmSettings) -> None:
    async with open_language_model(chat_settings) as model:
        pace = Pace()
        async with aclosing(model.stream(COUNT, max_tokens=LONG, timeout=PATIENCE_S)) as deltas:
            for _ in range(20):
                await anext(deltas)
                pace.token()
            whole_s = pace.whole_s
        started = time.monotonic()
        after = [d async for d in model.stream(CAPITAL, max_tokens=4, timeout=PATIENCE_S)]

    assert after[-1].completion_tokens is not None
    assert time.monotonic() - started < whole_s / 2


async def test_its_intent_rewriting_and_second_look_fit_their_schemas(
    chat_settings: LlmSettings,
) -> None:
    history = [Turn(role="user", text="What is a quorum queue?"), Turn(role="assistant", text="…")]
    async with open_language_model(chat_settings) as model:
        intent = await LlmIntentModel(
            model=model, fallback=FixedIntent(prediction(Intent.FACTUAL, 0.7))
        ).classify("How do I declare a queue?", timeout=PATIENCE_S)
        rewrite = await LlmRewriter(model=model, fallback=HeuristicRewriter()).rewrite(
            "How do I declare it?", history, timeout=PATIENCE_S
        )
        judgement = await LlmJudge(model=model, fallback=RuleJudge(), timeout_s=PATIENCE_S).judge(
            GENRE, [GAME, ACTION], hops=(), seconds=4 * PATIENCE_S
        )

    # what falls back to the rules says so
    assert (intent.degradations, rewrite.degradations, judgement.degradation) == ((), (), None)
    assert rewrite.text
