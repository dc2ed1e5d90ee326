"""Paragraphs that state which list they belong to and how deep, as HTML lists that nest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLine:
    """A paragraph's HTML; `tag` opens the list that it is an item of, empty for none.

    `value` is the item's number where it is stated.
    """

    html: str
    level: int = 0
    tag: str = ""
    value: int | None = None


def nested_html(lines: Sequence[ListedLine]) -> str:
    """Return paragraphs, and items in lists that nest as their levels do."""
    return "".join(_nested(lines))


def _nested(lines: Sequence[ListedLine]) -> Iterator[str]:
    opened: list[tuple[int, str]] = []
    for line in lines:
        while opened and (not line.tag or opened[-1][0] > line.level):
            yield _closed(opened.pop()[1])
        if opened and opened[-1] == (line.level, line.tag):
            yield "</li>"
        elif line.tag:
            if opened and opened[-1][0] == line.level:
                yield _closed(opened.pop()[1])
            opened.append((line.level, line.tag))
            yield f"<{line.tag}>"
        value = "" if line.value is None else f' value="{line.value}"'
        yield f"<li{value}>{line.html}" if line.tag else f"<p>{line.html}</p>"
    while opened:
        yield _closed(opened.pop()[1])


def _closed(tag: str) -> str:
    return f"</li></{tag[:2]}>"
