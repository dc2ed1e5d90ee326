"""Makes text from outside unable to pose as part of a prompt.

Two things could: an element of ours (`<passage …>`), and what chat servers take for control when
it stands in a message's text: `<|im_start|>`, `<start_of_turn>`, `[INST]`, `<<SYS>>`, `</s>` and
their like. Their first character is written as a character reference; all other text stays as it
is. Turns of a plain transcript (`User:`) are the business of the adapter that writes it.
"""

from __future__ import annotations

import re

_NAMES = (
    r"passage"
    r"|(?:s|bos|eos|pad|unk|mask|cls|sep)\s*>"
    r"|(?:start|end|begin)_?of_?\w{1,32}"
    r"|(?:im|vi)_(?:start|end|sep)\b"
    r"|(?:system|user|assistant|human|tool|think|thinking|tool_calls?|tool_response)\s*>"
)
_ANGLE = re.compile(
    r"<(?=\s*/?\s*(?:" + _NAMES + r"))"  # elements and named tokens, closing ones too
    r"|<(?=[|｜][^\s|｜]{0,64}[|｜]\s*>)"  # <|im_start|>, <｜User｜>
    r"|<(?=<\s*/?\s*SYS\s*>)",
    re.IGNORECASE,
)
_BRACKET = re.compile(
    r"\[(?=\s*/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT)\s*\])",
    re.IGNORECASE,
)


def neutralised(text: str) -> str:
    """Return `text` unable to open or close an element or a turn."""
    return _BRACKET.sub("&#91;", _ANGLE.sub("&lt;", text))
