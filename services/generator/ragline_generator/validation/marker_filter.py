"""Keeps hallucinated citation markers out of streamed text, and writes all markers as `[1]`.

`MarkerFilter` passes only markers of existing excerpts, however the text is split into deltas, so a
reader never sees a hallucinated one. What models write instead (`marker_forms.py`) becomes `[1]`.
Brackets inside code spans and fences are code, not markers. Notes that only repeat the sources,
`[1]: title` and the list under a heading such as "Sources", are left out: an answer has its sources
beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ragline_generator.validation.marker_forms import (
    BEGUN,
    IN_BRACKETS,
    IN_PARENTHESES,
    SOURCES,
    numbers_of,
)

_TOKEN = re.compile(
    rf"(?P<sources>{SOURCES})"
    rf"|(?P<marker>(?P<space>[ \t]*)(?:(?P<brackets>{IN_BRACKETS})|{IN_PARENTHESES}))"
    r"|(?P<ticks>`+)|(?P<line>\n)|(?P<blank>[ \t]+)|(?P<other>[\[【［(]|[^\[【［( \t`\n]+)"
)
# The end of a text that more text could turn into a marker or a longer run of backticks
_UNDECIDED = re.compile(rf"(?:(?<![ \t])[ \t]*+(?:{BEGUN})|(?<![ \t])[ \t]++|(?<!`)`++)$")
_FENCE = 3


class MarkerFilter:
    """A filter over a stream of text: call `feed` with each piece, and `flush` at the end."""

    def __init__(self, valid: Collection[int]) -> None:
        self._valid = valid
        self._held = ""
        self._open_ticks = 0
        self._line_is_blank = False
        self._space_owed = ""
        self._brackets_seen = False
        self._in_note = False
        self._rest_is_dropped = False

    def feed(self, text: str) -> str:
        """Take the next piece and return the text that can be shown already."""
        text = self._held + text
        tail = _UNDECIDED.search(text)
        cut = tail.start() if tail else len(text)
        self._held = text[cut:]
        return self._decided(text, cut)

    def flush(self) -> str:
        """Return the text held back so far."""
        text, self._held = self._held, ""
        return self._decided(text, len(text))

    def _decided(self, text: str, cut: int) -> str:
        """Return what is shown of `text` up to `cut`; what follows is looked at, no more."""
        shown = []
        for token in _TOKEN.finditer(text):
            if token.start() >= cut:
                break
            shown.append(self._shown(token))
        return "".join(shown)

    def _shown(self, token: re.Match[str]) -> str:
        if self._rest_is_dropped:
            return ""
        if token["sources"] and not self._open_ticks:
            self._rest_is_dropped = True
            return ""
        if self._in_note and not token["line"]:
            return ""
        self._in_note = False
        if token["marker"] and self._is_marker(token):
            return self._markers(token)
        self._space_owed = ""
        for ticks in re.findall("`+", token.group()):
            self._toggle_code(len(ticks))
        self._track_paragraphs(token)
        return token.group()

    def _is_marker(self, token: re.Match[str]) -> bool:
        """Tell markers from code, and from a text's own parentheses.

        Those are markers where all their numbers are excerpts and no brackets have been seen.
        """
        if self._open_ticks or token["brackets"]:
            return not self._open_ticks
        return not self._brackets_seen and set(numbers_of(token["marker"])) <= set(self._valid)

    def _markers(self, token: re.Match[str]) -> str:
        self._brackets_seen |= bool(token["brackets"])
        if self._line_is_blank and token.string[token.end() : token.end() + 1] == ":":
            self._in_note = True
            return ""
        kept = "".join(f"[{n}]" for n in numbers_of(token["marker"]) if n in self._valid)
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
