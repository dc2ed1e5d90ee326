"""Which of OpenAI's parameters have a meaning here. Pure.

A parameter is honoured, or it cannot change an answer of ours, or it is refused: none is ignored
that a caller would miss. A null parameter has its default.

Source: OpenAI API reference, "Create chat completion".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ragline_gateway.problems import FieldError, Problem

Limited = Mapping[str, tuple[tuple[Any, ...], str]]

NO_TOOLS = "no tool is ever called: leave it out"
# Of both APIs: what the operator chose for all answers, what OpenAI's own operation needs, and what
# only makes an answer come faster there
COMMON_WITHOUT_EFFECT = frozenset(
    {
        "metadata",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "temperature",
        "top_p",
        "user",
    }
)
WITHOUT_EFFECT = COMMON_WITHOUT_EFFECT | {
    "frequency_penalty",
    "prediction",
    "presence_penalty",
    "reasoning_effort",
    "seed",
}
# Of both APIs: names with the values that change nothing, and why others are refused
COMMON_LIMITED: Limited = {
    "moderation": ((), "nothing is moderated: leave it out"),
    "store": ((False,), "answers are not kept for later calls: leave it out"),
    "tool_choice": (("none", "auto"), NO_TOOLS),
    "tools": (([],), NO_TOOLS),
    "top_logprobs": ((0,), "probabilities are not told: leave it out"),
}
LIMITED: Limited = {
    **COMMON_LIMITED,
    "audio": ((), "an answer is text: leave it out"),
    "function_call": (("none", "auto"), NO_TOOLS),
    "functions": (([],), NO_TOOLS),
    "logit_bias": (({},), "what a model writes is not biased: leave it out"),
    "logprobs": ((False,), "probabilities are not told: leave it out"),
    "modalities": ((["text"],), "an answer is text: leave it out"),
    "n": ((1,), "a question has one answer: leave it out, or ask several times"),
    "stop": (
        ("", []),
        "an answer ends where its text does: leave it out, and cut the text or use `max_tokens`",
    ),
    "verbosity": (("medium",), "use `max_tokens` for a shorter answer"),
    "web_search_options": ((), "only the documents are searched: leave it out"),
}
_CHOICE_OF = {"tools": "tool_choice", "functions": "function_call"}


def check_parameters(
    given: Mapping[str, Any],
    *,
    without_effect: Collection[str] = WITHOUT_EFFECT,
    limited: Limited = LIMITED,
) -> None:
    """Check the parameters that a request has beside those that are honoured.

    The tables are those of chat completions, unless others are given.

    Raises:
        Problem: 400, one is unknown, or has a value that would change the answer.
    """
    for name, value in given.items():
        if value is None or name in without_effect or _is_switched_off(name, given):
            continue
        if name not in limited:
            raise refused("unknown-parameter", "This parameter is unknown", "leave it out", name)
        allowed, reason = limited[name]
        if value not in allowed:
            raise refused("unsupported-parameter", "This is not supported", reason, name)


def refused(code: str, title: str, reason: str, *place: str | int) -> Problem:
    """Return the problem of what `place` in the body has; OpenAI's clients get it as `param`."""
    where = [part if isinstance(part, int) else part[:64] for part in place]
    return Problem(
        status=400,
        code=code,
        title=title,
        detail=f"{'.'.join(map(str, where))}: {reason}",
        errors=[FieldError(loc=["body", *where], message=reason)],
    )


def _is_switched_off(name: str, given: Mapping[str, Any]) -> bool:
    """Tell whether the caller itself forbids the use of these tools."""
    return name in _CHOICE_OF and given.get(_CHOICE_OF[name]) == "none"
