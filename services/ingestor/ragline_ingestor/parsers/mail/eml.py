"""EML: a message as it is sent (RFC 5322 and MIME)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from ragline_ingestor.decoding import decode
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.html_source import html_source
from ragline_ingestor.parsers.mail.alternatives import best_form
from ragline_ingestor.parsers.mail.flowed import unflowed
from ragline_ingestor.parsers.mail.headers import decoded, first, shown_headers
from ragline_ingestor.parsers.mail.letter import Letter, LetterBody, letter_document

# subtypes of text that are for programs
_DATA = frozenset({"calendar", "directory", "rtf", "vcard", "x-vcard"})


def parse_eml(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse a message; the title is its subject. Of alternatives the HTML is read.

    Raises:
        InvalidDocument: `not_text`, `too_deep`, `too_large`.
    """
    return letter_document(_letter(message_from_bytes(content.data)), limits)


@dataclass(slots=True)
class _Parts:
    """What was found in a message."""

    bodies: list[LetterBody] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    forwarded: list[Letter] = field(default_factory=list)


def _letter(message: Message) -> Letter:
    headers = tuple(shown_headers(message))
    parts = _Parts()
    _collect(message, parts)
    return Letter(
        subject=first(headers, "Subject"),
        headers=headers,
        bodies=tuple(parts.bodies),
        attachments=tuple(parts.attachments),
        forwarded=tuple(parts.forwarded),
    )


def _collect(message: Message, parts: _Parts) -> None:
    inner = list(_inner(message))
    if message.get_content_type() == "message/rfc822" and inner:
        parts.forwarded += map(_letter, inner)
    elif message.get_content_type() == "multipart/alternative" and inner:
        _choose(inner, parts)
    elif inner:
        for each in inner:
            _collect(each, parts)
    elif _is_text(message):
        parts.bodies.append(_body(message))
    elif not _is_picture(message):
        parts.attachments.append(_name(message))


def _inner(message: Message) -> Iterator[Message]:
    payload = message.get_payload()
    if isinstance(payload, list):
        yield from (each for each in payload if isinstance(each, Message))


def _choose(alternatives: Sequence[Message], parts: _Parts) -> None:
    forms: list[tuple[LetterBody, ...]] = []
    for each in alternatives:
        one = _Parts()
        _collect(each, one)
        parts.attachments += one.attachments
        parts.forwarded += one.forwarded
        forms.append(tuple(one.bodies))
    parts.bodies += best_form(forms)


def _is_text(message: Message) -> bool:
    is_attached = message.get_content_disposition() == "attachment"
    is_read = message.get_content_subtype() not in _DATA
    return message.get_content_maintype() == "text" and is_read and not is_attached


def _is_picture(message: Message) -> bool:
    """Tell whether a part is a picture in the text, which the text's own warning counts."""
    return message.get_content_maintype() == "image" and "Content-ID" in message


def _name(message: Message) -> str:
    name = decoded(message.get_filename() or "")
    return name or f"an unnamed part of type {message.get_content_type()}"


def _body(message: Message) -> LetterBody:
    payload = message.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    content = Content(data=data, charset=message.get_content_charset())
    if message.get_content_subtype() == "html":
        return LetterBody(text=html_source(content), is_html=True)
    text = decode(content) if data else ""
    if str(message.get_param("format", "")).lower() == "flowed":
        is_tight = str(message.get_param("delsp", "")).lower() == "yes"
        text = unflowed(text, delete_space=is_tight)
    return LetterBody(text=text, is_html=False)
