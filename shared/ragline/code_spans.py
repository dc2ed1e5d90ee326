"""Code in Markdown: what stands between runs of equally many backticks, fences included."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator

_RUN = re.compile(r"`++")


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open ranges of code, backticks included, in order.

    As in CommonMark, the next run of equally many backticks closes a span, and a run that is never
    closed is text. Each run is looked at once, so the time is proportional to the text.
    """
    runs = [match.span() for match in _RUN.finditer(text)]
    closing: dict[int, deque[tuple[int, int]]] = defaultdict(deque)
    for start, end in runs:
        closing[end - start].append((start, end))
    done = 0
    for start, end in runs:
        same = closing[end - start]
        same.popleft()
        if start >= done and same:
            done = same[0][1]
            yield start, done
