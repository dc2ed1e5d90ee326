"""Code blocks that are no code: what a program has written, line by line."""

from __future__ import annotations

import re

_ENTRY = re.compile(
    r"\s*+(?:\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d:\d\d|=+[A-Z]++ REPORT|Traceback\b"
    r"|\W{0,3}\b(?:error|warning|warn|info|debug|notice|fatal)\b\W|\* \w)",
    re.IGNORECASE,
)
_FENCES = ("```", "~~~")


def is_log(code: str) -> bool:
    """Tell whether a block of code is mostly entries of a log, or messages.

    >>> is_log("2031-04-01 12:02:11 [info] Server started"), is_log("server start")
    (True, False)
    """
    lines = [line for line in code.split("\n") if line.strip() and not line.startswith(_FENCES)]
    return 2 * sum(_ENTRY.match(line) is not None for line in lines) > len(lines)
