"""Which parameters of the Responses API have a meaning here, beside those of both APIs.

Source: OpenAI API reference, "Create a model response".
"""

from __future__ import annotations

from ragline_gateway.chat.parameters import COMMON_LIMITED, COMMON_WITHOUT_EFFECT, Limited

_NOT_KEPT = "answers are not kept for later calls: send the earlier messages in `input`"

WITHOUT_EFFECT = COMMON_WITHOUT_EFFECT | {"max_tool_calls", "reasoning", "truncation"}
LIMITED: Limited = {
    **COMMON_LIMITED,
    "access_programs": ((), "there are none here: leave it out"),
    "background": ((False,), "an answer is waited for: leave it out, or `stream` it"),
    "background_options": ((), "an answer is waited for: leave it out"),
    "context_management": (([],), "what of `input` is read is told in `notes`: leave it out"),
    "conversation": ((), _NOT_KEPT),
    "image": ((), "an answer is text: leave it out"),
    "include": (([],), "leave it out, and read `citations` and `ragline` beside the output"),
    "previous_response_id": ((), _NOT_KEPT),
    "prompt": ((), "the operator decides how answers are written: leave it out"),
}
