"""Questions about what something means: their verb asks, and need not be in a passage."""

from __future__ import annotations

import re

_FRAME = re.compile(
    r"\W*+(?:what\s++do(?:es)?\s++(?P<first>\S.*?)\smean\b\W*+"
    r"|(?:was\s++bedeutet|que\s++signifie|qué\s++significa|cosa\s++significa)\s++(?P<last>\S.*+))",
    re.IGNORECASE | re.DOTALL,
)


def without_frame(question: str) -> str:
    """Return what the meaning of is asked for; a question of another kind as it is.

    >>> without_frame("What does E-4012 mean?")
    'E-4012'
    """
    found = _FRAME.fullmatch(question)
    return (found["first"] or found["last"]) if found else question
