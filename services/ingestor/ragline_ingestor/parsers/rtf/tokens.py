"""The tokens of RTF: groups, control words, and the text between them as bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])"
    rb"|[\r\n]++|([^\\{}\r\n]++)|\\"
)
# bytes that are not text follow as many as this control word says
_BINARY = "bin"
# `\\{` is a brace that is text
_LITERAL = b"{}\\"


@dataclass(frozen=True, slots=True)
class Token:
    """A control word or symbol with its number, a brace, or some text; the others are empty."""

    word: str = ""
    number: int | None = None
    text: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """Yield the tokens of `data`; line ends between them are none."""
    at = 0
    while match := _TOKEN.match(data, at):
        at = match.end()
        word, stated, code, symbol, brace, text = match.groups()
        number = int(stated) if stated else None
        if word:
            name = word.decode("ascii")
            if name == _BINARY:
                at += max(number or 0, 0)
            yield Token(name, number)
        elif code:
            yield Token(text=bytes.fromhex(code.decode("ascii")))
        elif brace or (symbol and symbol not in _LITERAL):
            yield Token((brace or symbol).decode("latin-1"))
        elif text or symbol:
            yield Token(text=text or symbol)
