"""Keeps hallucinated citation markers out of streamed text.

`MarkerFilter` passes only markers of existing excerpts, however the text is split into deltas, so a
reader never sees a hallucinated one. Brackets inside code spans and fences are code, not
markers. `[1, 3]` becomes `[1][3]`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ragline.citation_markers import numbers_pattern

_TOKEN = re.compile(
    rf"(?P<marker>(?P<space>[ \t]*)\[(?P<numbers>{numbers_pattern('[ ]*')})\])"
    r"|(?P<ticks>`+)|(?P<line>\n)|(?P<blank>[ \t]+)|(?P<other>\[|[^\[ \t`\n]+)"
)
# The end of a text that more text could turn into a marker or a longer run of backticks
_UNDECIDED = re.compile(r"(?:(?<![ \t])[ \t]*+\[[\d, ]*+|(?<![ \t])[ \t]++|(?<!`)`++)$")
_FENCE = 3


class MarkerFilter:
    """A filter over a stream of text: call `feed` with each piece, and `flush` at the end."""

    def __init__(self, valid: Collection[int]) -> None:
        self._valid = valid
        self._held = ""
        self._open_ticks = 0
        self._line_is_blank = False
        self._space_owed = ""

    def feed(self, text: str) -> str:
        """Take the next piece and return the text that can be shown already."""
        text = self._held + text
        tail = _UNDECIDED.search(text)
        cut = tail.start() if tail else len(text)
        self._held = text[cut:]
        return self._decided(text[:cut])

    def flush(self) -> str:
        """Return the text held back so far."""
        text, self._held = self._held, ""
        return self._decided(text)

    def _decided(self, text: str) -> str:
        return "".join(self._shown(token) for token in _TOKEN.finditer(text))

    def _shown(self, token: re.Match[str]) -> str:
        if token["marker"] and not self._open_ticks:
            return self._markers(token)
        self._space_owed = ""
        if token["ticks"]:
            self._toggle_code(len(token["ticks"]))
        self._track_paragraphs(token)
        return token.group()

    def _markers(self, token: re.Match[str]) -> str:
        numbers = dict.fromkeys(int(n) for n in token["numbers"].split(","))
        kept = "".join(f"[{n}]" for n in numbers if n in self._valid)
        self._line_is_blank = False
        # `word [9][1]`: the space before a marker that is dropped belongs to the next one
        space = token["space"] or self._space_owed
        self._space_owed = "" if kept else space
        return space + kept if kept else ""

    def _toggle_code(self, ticks: int) -> None:
        if not self._open_ticks:
            self._open_ticks = ticks
        elif ticks == self._open_ticks:
            self._open_ticks = 0

    def _track_paragraphs(self, token: re.Match[str]) -> None:
        """Close a code span at the end of its paragraph, so that a stray backtick does no harm."""
        if token["line"]:
            if self._line_is_blank and self._open_ticks < _FENCE:
                self._open_ticks = 0
            self._line_is_blank = True
        elif not token["blank"]:
            self._line_is_blank = False


def filter_markers(text: str, valid: Collection[int]) -> str:
    """Return the whole `text` filtered at once."""
    markers = MarkerFilter(valid)
    return markers.feed(text) + markers.flush()
