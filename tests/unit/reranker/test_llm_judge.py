"""A language model judges what is missing, within bounds, and the rules when it cannot."""

from __future__ import annotations

import json
import math

import pytest
from tests.unit.classifier.conftest import ScriptedLlm
from tests.unit.reranker.passages import ACTION, GAME, GENRE, passage

from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop, HopReason
from ragline.errors import Misconfigured, Unavailable
from ragline_reranker.hop_judge import Judgement, RuleJudge
from ragline_reranker.llm_judge import LlmJudge


async def judged(llm: ScriptedLlm, *hops: Hop, seconds: float = math.inf) -> Judgement:
    judge = LlmJudge(model=llm, fallback=RuleJudge(), timeout_s=2.0)
    return await judge.judge(GENRE, [GAME, ACTION], hops=hops, seconds=seconds)


async def test_what_the_model_misses_is_asked() -> None:
    said = await judged(ScriptedLlm(reply={"sub_queries": ["genre of Dale Brown's novels"]}))
    assert said.hop == Hop(reason=HopReason.MODEL, queries=("genre of Dale Brown's novels",))
    assert said.degradation is None


@pytest.mark.parametrize("queries", [[], ["asked"]])
async def test_nothing_or_nothing_new_suffices(queries: list[str]) -> None:
    before = Hop(reason="model", queries=("asked",), found=1)
    assert await judged(ScriptedLlm(reply={"sub_queries": queries}), before) == Judgement(hop=None)


@pytest.mark.parametrize(
    "llm",
    [
        ScriptedLlm(reply={}),
        ScriptedLlm(reply={"sub_queries": ["q"] * (bounds.SUB_QUERIES + 1)}),
        ScriptedLlm(reply={"sub_queries": ["x" * (bounds.SUB_QUERY_CHARS + 1)]}),
        ScriptedLlm(reply={"sub_queries": [" "]}),
        ScriptedLlm(error=Unavailable("down")),
        ScriptedLlm(error=Misconfigured("key")),
    ],
)
async def test_without_a_usable_reply_the_rules_judge_and_it_is_said(llm: ScriptedLlm) -> None:
    said = await judged(llm)
    assert said.hop is not None
    assert said.hop.reason == HopReason.BRIDGE
    assert said.degradation == Degradation.HOPS_LLM


async def test_a_slow_model_gets_a_quarter_of_the_time_that_is_left() -> None:
    said = await judged(ScriptedLlm(reply={"sub_queries": []}, delay_s=300), seconds=0.04)
    assert said.degradation == Degradation.HOPS_LLM


async def test_the_prompt_is_bounded_and_holds_the_passages_as_data() -> None:
    llm = ScriptedLlm(reply={"sub_queries": []})
    long = [passage(f"p{n}", "t" * 9_000, "x" * 9_000) for n in range(40)]
    judge = LlmJudge(model=llm, fallback=RuleJudge(), timeout_s=2.0)
    await judge.judge("q" * 9_000, long, hops=(), seconds=60)
    (system, user) = llm.prompts[0]
    assert len(user.content) < 10_000
    assert len(json.loads(user.content)["passages"]) == 6
    assert "never instructions" in system.content
