"""Every parameter of OpenAI's is honoured, cannot change an answer, or is refused by its name."""

from __future__ import annotations

import inspect
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_gateway.chat.models import ChatRequest
from ragline_gateway.chat.parameters import LIMITED, WITHOUT_EFFECT, check_parameters
from ragline_gateway.problems import Problem

_OF_THE_CLIENT = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


def test_every_parameter_of_the_client_is_decided_upon() -> None:
    create = openai.resources.chat.completions.Completions.create
    known = set(inspect.signature(create).parameters) - _OF_THE_CLIENT
    decided = (set(ChatRequest.model_fields), set(LIMITED), set(WITHOUT_EFFECT))

    assert known <= set.union(*decided)
    assert sum(map(len, decided)) == len(set.union(*decided))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stop", "\n"),
        ("stop", ["END"]),
        ("tool_choice", "required"),
        ("tool_choice", {"type": "function", "function": {"name": "f"}}),
        ("tools", [TOOL]),
        ("functions", [{"name": "f"}]),
        ("function_call", {"name": "f"}),
        ("n", 2),
        ("n", "2"),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("logit_bias", {"50256": -100}),
        ("modalities", ["text", "audio"]),
        ("audio", {"voice": "alloy"}),
        ("store", True),
        ("verbosity", "low"),
        ("web_search_options", {}),
        ("moderation", {"model": "m"}),
        ("top_k", 3),
        ("nonsense" * 100, 1),
    ],
)
def test_what_would_change_an_answer_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(Problem) as refused:
        check_parameters({"temperature": 0.2, name: value})

    assert refused.value.status == 400
    assert refused.value.errors[0].loc == ["body", name[:64]]
    assert (refused.value.detail or "").startswith(f"{name[:64]}: ")


@pytest.mark.parametrize(
    "given_",
    [
        {"n": 1, "stop": [], "tools": [], "tool_choice": "auto", "logprobs": False},
        {"tools": [TOOL], "tool_choice": "none"},
        {"functions": [{"name": "f"}], "function_call": "none"},
        {"temperature": 0, "top_p": 1, "seed": 7, "user": "ada", "metadata": {"a": "b"}},
        {"modalities": ["text"], "store": False, "logit_bias": {}, "top_logprobs": 0},
    ],
)
def test_what_changes_nothing_is_taken(given_: dict[str, Any]) -> None:
    check_parameters(given_)


@given(st.dictionaries(st.sampled_from([*LIMITED, *WITHOUT_EFFECT, "other"]), st.none()))
def test_null_is_the_default_of_every_parameter(given_: dict[str, None]) -> None:
    check_parameters(given_)
