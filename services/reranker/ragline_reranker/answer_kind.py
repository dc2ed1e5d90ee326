"""The kind of thing that answers a question: a name, or a number; in English only.

It can only show that a passage holds no answer: any text with a digit holds a number.
"""

from __future__ import annotations

import re

from ragline.questions.terms import terms
from ragline_reranker.names import names_in

_COUNTED = re.compile(
    r"\bhow\s+(?:many|much|long|often|old|big|large|far|fast|high)\b|\bwhen\b"
    r"|\b(?:what|which)\s+(?:year|date|number|percentage|age)\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def may_hold_answer(question: str, text: str) -> bool:
    """Tell whether `text` has the kind of thing that `question` asks for, if that is clear.

    >>> may_hold_answer("Who wrote the story?", "The story was written by Dale Brown.")
    True
    >>> may_hold_answer("When was the story written?", "The story was written by Dale Brown.")
    False
    """
    if _COUNTED.search(question):
        return _DIGIT.search(text) is not None
    if _WHO.search(question):
        asked = terms(question)
        return any(not terms(named.name) <= asked for named in names_in(text))
    return True
