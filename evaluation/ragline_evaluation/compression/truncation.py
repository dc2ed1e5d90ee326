"""The baselines of compression: the first words, or the first whole passages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile

Count = Callable[[str], int]

_WORD = re.compile(r"\S+")


def truncated(texts: Sequence[str], budget: int, count: Count) -> list[str]:
    """Return as many first words of the texts as fit into `budget` tokens."""
    kept = whole(texts, budget, count)
    left = budget - sum(map(count, kept))
    beginning = _cut(texts[len(kept)], left, count) if len(kept) < len(texts) else ""
    return [*kept, beginning] if beginning else kept


def whole(texts: Sequence[str], budget: int, count: Count) -> list[str]:
    """Return the first whole texts that fit into `budget` tokens together."""
    tokens = accumulate(map(count, texts))
    return [
        text
        for text, _ in takewhile(lambda each: each[1] <= budget, zip(texts, tokens, strict=True))
    ]


def _cut(text: str, budget: int, count: Count) -> str:
    ends = [0, *(match.end() for match in _WORD.finditer(text))]
    fitting = bisect_right(ends, budget, key=lambda end: count(text[:end]))
    return text[: ends[max(fitting - 1, 0)]]
