"""Decodes bytes to clean text: detects the encoding, refuses binary, drops control characters."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import CharsetMatch, from_bytes

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 before UTF-16: its little-endian byte order mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_MAX_CONTROL_SHARE = 0.1
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|\x85|\x0c")


def decode(content: Content) -> str:
    """Return the clean text of `content`.

    The encoding is, in this order: a byte order mark, the declared charset, UTF-8, a guess by
    charset-normalizer over the first 64 KiB.

    Raises:
        InvalidDocument: `not_text`: the bytes are not text in any encoding.
    """
    data = content.data
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(data.decode(encoding, "replace"))
    for declared in (content.charset, "utf-8"):
        if declared and (text := _strictly(data, declared)) is not None:
            return _checked(text)
    return _checked(data.decode(_guess(data), "replace"))


def clean(text: str) -> str:
    r"""Return `text` with LF line ends and without control characters.

    CRLF, CR, NEL and form feed become LF. All other C0 and C1 controls except tab, lone surrogates
    (which no UTF-8 store accepts) and a byte order mark are dropped. Format characters stay: emoji
    sequences and right-to-left text need them.
    """
    return _CONTROL.sub("", _LINE_END.sub("\n", text.removeprefix("\ufeff")))


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (ValueError, LookupError):  # bytes invalid in the charset, or an unknown charset
        return None


def _guess(data: bytes) -> str:
    sample = data[:_SAMPLE]
    # 8-bit text has no NUL bytes; nearly every binary format has some
    guesses = [] if b"\0" in sample else list(from_bytes(sample))
    if not guesses:
        raise _not_text()
    return min(guesses, key=_likelihood).encoding


def _likelihood(guess: CharsetMatch) -> tuple[float, float, bool]:
    """Sort key for guesses as in charset-normalizer; ties go to the common Windows-1252."""
    return guess.chaos, -guess.coherence, guess.encoding != "cp1252"


def _checked(text: str) -> str:
    sample = _LINE_END.sub("\n", text[:_SAMPLE])
    if len(_CONTROL.findall(sample)) > _MAX_CONTROL_SHARE * len(sample):
        raise _not_text()
    return clean(text)


def _not_text() -> InvalidDocument:
    return InvalidDocument(
        "the content is binary, neither text nor a format that is known by its bytes: send text, or"
        " the media type of its real format",
        code="not_text",
    )
