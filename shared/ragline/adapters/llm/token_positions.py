"""Where tokens begin in texts that were tokenised together, from the server's reply."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class Tokenised:
    """A text with the bytes of its UTF-8 form at which tokens begin, ascending."""

    text: str
    starts: Sequence[int]

    def count(self, part: str) -> int | None:
        """Return the tokens of `part`, or None when it is no slice of the text."""
        at = self.text.find(part)
        if at == -1:
            return None
        begin = len(self.text[:at].encode())
        end = begin + len(part.encode())
        return bisect_left(self.starts, end) - bisect_left(self.starts, begin)


def located(texts: Sequence[str], reply: Mapping[str, Any]) -> list[Tokenised] | None:
    """Return where tokens begin in `texts`, which were sent joined by `SEPARATOR`.

    None when the reply's tokens do not add up to the text: some tokenizers normalise it.
    """
    lengths = _lengths(reply)
    if lengths is None or sum(lengths) != len(SEPARATOR.join(texts).encode()):
        return None
    starts, at = array("L"), 0
    for length in lengths:
        starts.append(at)
        at += length
    return _shared_out(texts, starts)


def total(reply: Mapping[str, Any]) -> int | None:
    """Return how many tokens a reply has, or None when the reply has another form."""
    tokens = reply.get("tokens")
    return len(tokens) if isinstance(tokens, list) else None


def _shared_out(texts: Sequence[str], starts: Sequence[int]) -> list[Tokenised]:
    found, begin = [], 0
    for text in texts:
        end = begin + len(text.encode())
        inside = starts[bisect_left(starts, begin) : bisect_left(starts, end)]
        found.append(Tokenised(text, array("L", (start - begin for start in inside))))
        begin = end + len(SEPARATOR)
    return found


def _lengths(reply: Mapping[str, Any]) -> list[int] | None:
    """Return the bytes of each token; None for a reply of another form."""
    strings = reply.get("token_strs")
    if isinstance(strings, list):  # vLLM: a character stands for a byte (byte-level BPE)
        return [len(string) for string in strings if isinstance(string, str)]
    tokens = reply.get("tokens")
    if not isinstance(tokens, list):
        return None
    pieces = [token.get("piece") for token in tokens if isinstance(token, dict)]
    return [_bytes(piece) for piece in pieces]


def _bytes(piece: object) -> int:
    """Return a piece's length; llama.cpp sends a piece that is not valid UTF-8 as a byte list."""
    if isinstance(piece, str):
        return len(piece.encode())
    return len(piece) if isinstance(piece, list) else 0
