"""Escapes untrusted text, so that it cannot imitate parts of a prompt.

Two kinds of text could: our own elements (`<passage …>`), and control tokens that chat servers
recognize in a message's text: `<|im_start|>`, `<start_of_turn>`, `[INST]`, `<<SYS>>`, `</s>` and
similar. Their first character is replaced by a character reference; all other text is unchanged.
The adapter that writes plain transcripts escapes their turns (`User:`) itself.
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
    r"<(?=\s*+(?:/\s*+)?(?:" + _NAMES + r"))"  # elements and named tokens, opening and closing
    r"|<(?=[|｜][^\s|｜]{0,64}[|｜]\s*>)"  # <|im_start|>, <｜User｜>
    r"|<(?=<\s*+(?:/\s*+)?SYS\s*+>)",
    re.IGNORECASE,
)
_BRACKET = re.compile(
    r"\[(?=\s*+(?:/\s*+)?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT)"
    r"\s*+\])",
    re.IGNORECASE,
)


def neutralised(text: str) -> str:
    """Return `text` escaped, so that it cannot open or close an element or a turn."""
    return _BRACKET.sub("&#91;", _ANGLE.sub("&lt;", text))
