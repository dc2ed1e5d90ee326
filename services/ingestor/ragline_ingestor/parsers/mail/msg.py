"""MSG: a message as Outlook saves it (MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from email.utils import format_datetime

from compressed_rtf import decompress
from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.domain import constants
from oxmsg.domain.model import UnrecognizedCodePageError, UnsupportedEncodingError

from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers.docx.losses import Losses
from ragline_ingestor.parsers.html_source import html_source
from ragline_ingestor.parsers.mail.alternatives import best_form
from ragline_ingestor.parsers.mail.headers import decoded
from ragline_ingestor.parsers.mail.letter import Letter, LetterBody, letter_document
from ragline_ingestor.parsers.rtf.reader import RtfReader

_RECIPIENTS = {1: "To", 2: "Cc", 3: "Bcc"}
_RECIPIENT_TYPE = 0x0C15
_RTF = 0x1009
_MESSAGES = ("IPM.Note", "REPORT.")
_BROKEN = (OSError, KeyError, ValueError, IndexError, AssertionError, struct.error)


def parse_msg(content: Content, limits: ParseLimits) -> ParsedDocument:
    """Parse a message; the title is its subject.

    Raises:
        InvalidDocument: `corrupt_msg`, `not_text`, `too_deep`, `too_large`.
    """
    try:
        letter = _letter(Message.load(content.data))
    except (*_BROKEN, UnrecognizedCodePageError, UnsupportedEncodingError) as error:
        raise InvalidDocument(
            f"the message is damaged ({error}): save it again, as MSG or EML", code="corrupt_msg"
        ) from error
    return letter_document(letter, limits)


def _letter(message: Message) -> Letter:
    kind = message.message_class
    is_known = not kind or kind.startswith(_MESSAGES)
    warning = f"the fields of this kind of item ({kind}), beside its text, are not indexed"
    return Letter(
        subject=" ".join(message.subject.split("\0")[0].split()),
        headers=tuple(_headers(message)),
        bodies=_bodies(message),
        attachments=tuple(map(_name, message.attachments)),
        warnings=() if is_known else (warning,),
    )


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    yield "From", decoded(message.sender or "")
    found: dict[str, list[str]] = {name: [] for name in _RECIPIENTS.values()}
    for each in message.recipients:
        name, address = each.name.strip("\0 '"), each.email_address.strip("\0 ")
        shown = f"{name} <{address}>" if name and address not in {"", name} else name or address
        kind = each.properties.int_prop_value(_RECIPIENT_TYPE) or 1
        found[_RECIPIENTS.get(kind & 0xF, "To")].append(shown)
    stated = {key.lower(): value for key, value in message.message_headers.items()}
    for name, people in found.items():
        yield name, ", ".join(people) or decoded(stated.get(name.lower(), ""))
    sent = message.sent_date
    yield "Date", format_datetime(sent) if sent else decoded(stated.get("date", ""))
    yield "Subject", " ".join(message.subject.split("\0")[0].split())


def _bodies(message: Message) -> tuple[LetterBody, ...]:
    """Return the text: HTML or plain, else what its compressed RTF says."""
    forms = [(LetterBody(text=(message.body or "").replace("\0", ""), is_html=False),)]
    html = _html(message)
    if html:
        forms.append((LetterBody(text=html, is_html=True),))
    found = best_form(forms)
    packed = message.properties.binary_prop_value(_RTF)
    if found or not packed:
        return found
    rtf = RtfReader(Losses()).read(decompress(packed))
    return (LetterBody(text=rtf, is_html=True),)


def _html(message: Message) -> str:
    data = message.properties.binary_prop_value(constants.PID_HTML)
    if not data:
        return message.html_body or ""
    charset = None
    with suppress(UnrecognizedCodePageError, UnsupportedEncodingError):
        charset = message.properties.body_encoding
    return html_source(Content(data=data, charset=charset))


def _name(attachment: Attachment) -> str:
    properties = attachment.properties
    for each in (
        constants.PID_ATTACH_LONG_FILENAME,
        constants.PID_ATTACH_FILENAME,
        constants.PID_DISPLAY_NAME,
    ):
        name = (properties.str_prop_value(each) or "").strip("\0 ")
        if name:
            return name
    return "an unnamed attachment"
