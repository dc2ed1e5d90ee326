"""The answer's text as it arrives: tokens from the stream, then the rest from the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ragline_cli.terminal import printable

if TYPE_CHECKING:
    from ragline.adapters.redis.token_reader import TokenEvent

Write = Callable[[str], None]


class LiveText:
    """Writes an answer completely, whatever the stream does.

    The stream may be late, lose entries, or restart after a crash of the generator; the answer on
    `answers` is authoritative. Written text cannot be withdrawn, so if it differs from the answer,
    the whole answer follows on a new line.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._attempt = 0
        self._seq = -1
        self._written = ""

    def token(self, event: TokenEvent) -> None:
        """Write the text of a stream entry."""
        if event.attempt < self._attempt:
            return
        if event.attempt > self._attempt:
            self._begin(event.attempt)
        if event.seq == self._seq + 1:  # after a gap, wait for the rest from the answer
            self._seq = event.seq
            self._put(event.delta)

    def finish(self, text: str) -> None:
        """Write the part of the final `text` that is still missing."""
        if text.startswith(self._written):
            self._put(text[len(self._written) :])
        else:
            self._write("\n\n")
            self._written = ""
            self._put(text)
        if self._written:
            self._write("\n")

    def _begin(self, attempt: int) -> None:
        if self._written:
            self._write("\n\n")
        self._attempt, self._seq, self._written = attempt, -1, ""

    def _put(self, text: str) -> None:
        if text:
            self._written += text
            self._write(printable(text))
