"""Round brackets of a quoted sentence that have no partner, because their sentence was cut."""

from __future__ import annotations

import re

from ragline.code_spans import code_spans

_BRACKET = re.compile(r"[()]")
# `1) first, 2) second`: such a bracket has no partner, and needs none
_ENUMERATION = re.compile(r"(?<!\S)(?:\d{1,2}|[A-Za-z])\)")


def balanced(text: str) -> str:
    """Return `text` without the brackets that have no partner; code stays as it is.

    >>> balanced("location for the default). Nodes (and plugins) restart.")
    'location for the default. Nodes (and plugins) restart.'
    """
    if text.count("(") == text.count(")") == 0:
        return text
    kept = {at for start, end in code_spans(text) for at in range(start, end)}
    kept |= {match.end() - 1 for match in _ENUMERATION.finditer(text)}
    opened: list[int] = []
    alone: list[int] = []
    for match in _BRACKET.finditer(text):
        if match.start() in kept:
            continue
        if match.group() == "(":
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            alone.append(match.start())
    left_out = {*opened, *alone}
    return "".join(c for at, c in enumerate(text) if at not in left_out)
