"""Standalone questions by a language model, with the rules behind it."""

from __future__ import annotations

import pytest
from tests.unit.classifier.conftest import ScriptedLlm

from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Turn
from ragline.errors import Unavailable
from ragline_classifier.llm_rewriter import MAX_REWRITE_CHARS, LlmRewriter
from ragline_classifier.rewriting import HeuristicRewriter

HISTORY = (Turn(role="user", text="What is a quorum queue?"), Turn(role="assistant", text="…"))


def rewriter(llm: ScriptedLlm) -> LlmRewriter:
    return LlmRewriter(model=llm, fallback=HeuristicRewriter())


async def test_the_language_models_rewrite_is_taken() -> None:
    llm = ScriptedLlm(reply={"standalone_text": " How do I declare a quorum queue? "})
    said = await rewriter(llm).rewrite("how do I declare it?", HISTORY, timeout=1.0)
    assert (said.text, said.degradations) == ("How do I declare a quorum queue?", ())


async def test_without_history_no_model_is_asked() -> None:
    llm = ScriptedLlm(error=Unavailable("must not be called"))
    said = await rewriter(llm).rewrite("What is it?", (), timeout=1.0)
    assert (said.text, said.degradations, llm.prompts) == ("What is it?", (), [])


@pytest.mark.parametrize(
    "llm",
    [
        ScriptedLlm(reply={}),
        ScriptedLlm(reply={"standalone_text": "  "}),
        ScriptedLlm(reply={"standalone_text": "x" * (MAX_REWRITE_CHARS + 1)}),
        ScriptedLlm(reply={"standalone_text": ["a"]}),
        ScriptedLlm(error=Unavailable("down")),
        ScriptedLlm(reply={"standalone_text": "late"}, delay_s=30.0),
    ],
    ids=["empty", "blank", "too long", "wrong type", "error", "slow"],
)
async def test_when_the_model_does_not_help_the_rules_do_and_it_says_so(llm: ScriptedLlm) -> None:
    said = await rewriter(llm).rewrite("how do I declare it?", HISTORY, timeout=0.01)
    assert said.text == "how do I declare a quorum queue?"
    assert said.degradations == (Degradation.REWRITE,)
