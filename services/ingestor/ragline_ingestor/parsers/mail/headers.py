"""The headers of a message as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content

_LONGEST = 10_000
SHOWN = ("From", "To", "Cc", "Bcc", "Date", "Subject")


def shown_headers(message: Message) -> Iterator[tuple[str, str]]:
    """Yield the headers that say who wrote what to whom and when, decoded."""
    fields = list(message.raw_items())
    for name in SHOWN:
        values = [decoded(str(value)) for key, value in fields if key.lower() == name.lower()]
        if text := ", ".join(filter(None, values)):
            yield name, text


def decoded(value: str) -> str:
    """Return a header's value on one line; its encoded words, or its bytes, as text."""
    text = _text(value)
    # the library takes quadratic time; a long list of people is read one by one
    pieces = [text] if len(text) <= _LONGEST else text.split(",")
    return ", ".join(" ".join(_decoded(piece).split()) for piece in pieces)


def first(headers: Iterable[tuple[str, str]], name: str) -> str:
    """Return the value of a header, empty where there is none."""
    return next((value for key, value in headers if key == name), "")


def _decoded(text: str) -> str:
    if len(text) <= _LONGEST:
        with suppress(LookupError, ValueError, HeaderParseError):  # nonsense is shown as it is
            return str(make_header(decode_header(text)))
    return text


def _text(value: str) -> str:
    """Return the text of bytes that are no ASCII, which the library keeps as surrogates."""
    raw = value.encode("utf-8", "surrogateescape")
    return value if raw.isascii() else decode(Content(data=raw))
