"""Escapes untrusted text, so that it cannot imitate parts of a prompt.

Two kinds of text could: our own marks (the element `<passages>`, and the number `[1]` with which a
passage's first line begins), and control tokens that chat servers recognize in a message's text:
`<|im_start|>`, `<start_of_turn>`, `[INST]`, `<<SYS>>`, `</s>` and similar. Their first character is
replaced by a character reference; all other text is unchanged, a number within a line, too.
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


# Unicode has more ends of lines than `re.MULTILINE`
_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_NUMBER = re.compile(
    rf"(?:(?<=[{_ENDS}])|\A)([^\S{_ENDS}]*+)\[(?=[^\S{_ENDS}]*+\d{{1,4}}[^\S{_ENDS}]*+\])"
)


def neutralised(text: str) -> str:
    """Return `text` escaped, so that it opens or closes no element, no passage and no turn."""
    return _NUMBER.sub(r"\1&#91;", _BRACKET.sub("&#91;", _ANGLE.sub("&lt;", text)))
