"""Answers without their citation markers."""

from __future__ import annotations

import re
from collections.abc import Collection

# code comes first: brackets inside code are not markers
_TOKEN = re.compile(
    r"(?P<code>(`+)(?!`).*?(?<!`)\2(?!`))|(?P<marker>[ \t]*\[(?P<number>\d{1,3})\])", re.DOTALL
)


def without_markers(text: str, markers: Collection[int]) -> str:
    """Return `text` without `[n]` for these markers, and without the space before each."""

    def kept(token: re.Match[str]) -> str:
        is_marker = token["marker"] is not None and int(token["number"]) in markers
        return "" if is_marker else token[0]

    return _TOKEN.sub(kept, text).strip()
