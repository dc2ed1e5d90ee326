"""Prompt and answer fit into the model's context, whatever is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.generator.conftest import (
    ScriptedModel,
    count_words,
    make_event,
    make_passage,
    make_rules,
)
from tests.unit.generator.test_stage import PASSAGE, QUESTION, ask

from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Plan, SearchKind
from ragline.contracts.queries import Options, Turn
from ragline_generator.compression.select import compress
from ragline_generator.passages.ranking import rank
from ragline_generator.writing import prompts
from ragline_generator.writing.context_window import ContextWindow
from ragline_generator.writing.prompt_budget import PromptBudget

TEXT = "A durable queue survives a restart of the broker. Cats sleep all day long. " * 20
HISTORY = tuple(
    Turn(role=role, text=f"{role} says something about queues number {n}")
    for n in range(20)
    for role in ("user", "assistant")
)
PASSAGES = [
    make_passage(TEXT, chunk=f"c{n}", title=f"Queues {n}", url="https://x.example/ " * 30)
    for n in range(6)
]
EVENT = make_event(
    QUESTION,
    PASSAGES,
    history=HISTORY,
    plan=Plan(name="p", weights={SearchKind.KEYWORD: 1.0}, token_budget=2_000),
)


def asking(limit: int | None, answer: int = 200) -> PromptBudget:
    window = ContextWindow(limit)
    return PromptBudget(
        event=EVENT,
        prompts=prompts.load(),
        language="English",
        answer_tokens=window.answer(answer),
        history_tokens=100,
        window=window,
        example=False,
    )


def prompt(ask: PromptBudget) -> tuple[int, int, int]:
    """Return the prompt's tokens, its messages of history, and its excerpts."""
    ranked = rank(QUESTION, PASSAGES)
    budget = ask.passage_tokens(count_words)
    compressed = compress(QUESTION, PASSAGES, ranked, budget=budget, count=count_words)
    context = ask.fitted(compressed, count_words)
    messages = ask.messages(context, count_words)
    return sum(count_words(m.content) for m in messages), len(messages) - 2, len(context)


@given(st.integers(300, 6_000), st.integers(1, 6_000))
def test_prompt_and_answer_fit(limit: int, answer: int) -> None:
    ask = asking(limit, answer)

    tokens, _, _ = prompt(ask)

    assert tokens + ask.answer_tokens <= limit
    assert ask.answer_tokens >= min(answer, limit // 2)


def test_history_gives_way_before_the_passages() -> None:
    roomy, tight, narrow = (prompt(asking(limit)) for limit in (6_000, 2_100, 1_000))

    assert roomy == prompt(asking(None))
    assert roomy[1] > 0
    assert 0 < tight[1] < roomy[1]
    assert tight[2] == roomy[2]
    assert 0 < narrow[2] < roomy[2]


def test_texts_hold_all_that_the_prompt_is_made_of() -> None:
    texts = asking(None).texts

    assert TEXT in texts
    assert "Queues 3" in texts
    assert HISTORY[-1].text in texts
    assert any(QUESTION in text for text in texts)


async def test_a_model_without_room_for_a_passage_is_not_asked() -> None:
    model = ScriptedModel([["never asked"]])

    answer = await ask(model=model, rules=make_rules(window=ContextWindow(64)))

    assert answer.degradations == (Degradation.LLM,)
    assert answer.models == {"answer": "extractive"}
    assert model.prompts == []


@pytest.mark.parametrize(("limit", "allowed"), [(None, 4_000), (1_000, 500), (10_000, 4_000)])
async def test_the_answer_may_take_half_of_the_context(limit: int | None, allowed: int) -> None:
    model = ScriptedModel([["A durable queue survives a restart [1]."]])
    event = make_event(QUESTION, [PASSAGE], options=Options(max_answer_tokens=4_000))

    await ask(event, model=model, rules=make_rules(window=ContextWindow(limit)))

    assert model.max_tokens == [allowed]
