"""Code in Markdown: what stands between runs of equally many backticks, fences included."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of code, backticks included, in order."""
    for match in _SPAN.finditer(text):
        yield match.span()
