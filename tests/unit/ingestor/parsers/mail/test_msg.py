"""A message of Outlook keeps its headers, its body and the names of its attachments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from compressed_rtf import compress
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES
from tests.unit.ingestor.parsers.mail.conftest import msg

from ragline.contracts.media_types import MSG
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.container_types import container_type
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers import parse

CLASS, SUBJECT, BODY, HTML, RTF = 0x001A, 0x0037, 0x1000, 0x1013, 0x1009
SENDER, SENDER_MAIL, SENT, PAGE = 0x0C1A, 0x0C1F, 0x0039, 0x3FDE
NAME, MAIL, KIND = 0x3001, 0x39FE, 0x0C15
FILE, SHORT_FILE = 0x3707, 0x3704
Values = Mapping[int, str | bytes | int]
# 100 ns since 1601
SENT_AT = (int(datetime(2026, 11, 30, 9, tzinfo=UTC).timestamp()) + 11_644_473_600) * 10_000_000
BASE: Values = {CLASS: "IPM.Note", SUBJECT: "Keys", SENDER: "Ana", SENDER_MAIL: "ana@example.com"}


def parsed(data: bytes) -> ParsedDocument:
    return parse(Content(data=data), media_type=MSG, limits=LIMITS)


def test_headers_and_body_are_text() -> None:
    data = msg(
        {**BASE, SENT: SENT_AT, BODY: "The keys are at the porter.\r\n" + "Long. " * 900},
        recipients=[
            {NAME: "Ben", MAIL: "ben@example.com", KIND: 1},
            {NAME: "cy@example.com", MAIL: "cy@example.com", KIND: 2},
        ],
    )
    document = parsed(data)
    assert container_type(data) == MSG
    assert document.title == "Keys"
    assert document.text.startswith(
        'Keys\n\nFrom: "Ana" <ana@example.com>\nTo: Ben <ben@example.com>\nCc: cy@example.com\n'
        "Date: Mon, 30 Nov 2026 09:00:00 +0000\nSubject: Keys\n\nThe keys are at the porter."
    )
    assert document.warnings == ()


def test_html_is_read_in_its_code_page() -> None:
    html = "<table><tr><th>Größe<th>Seats<tr><td>Oberon<td>12</table>".encode("cp1252")
    text = parsed(msg({**BASE, BODY: "see table", HTML: html, PAGE: 1252})).text
    assert "Größe | Seats\n--- | ---\nOberon | 12" in text


def test_a_body_that_is_only_compressed_is_read() -> None:
    rtf = compress(rb"{\rtf1\ansi\ansicpg1252 The k\'e9ys are\par at the porter.\par}")
    assert "The kéys are\n\nat the porter." in parsed(msg({**BASE, RTF: rtf})).text


def test_attachments_are_named() -> None:
    document = parsed(
        msg(
            {**BASE, BODY: "See the files."},
            attachments=[
                {FILE: "Preise ü.pdf", SHORT_FILE: "PREISE~1.PDF"},
                {NAME: "Old mail"},
                {},
            ],
        )
    )
    assert "Attachments: Preise ü.pdf, Old mail, an unnamed attachment" in document.text
    assert "Preise ü.pdf, Old mail" in document.warnings[0]


def test_an_item_that_is_no_message_is_told() -> None:
    document = parsed(msg({**BASE, CLASS: "IPM.Appointment", BODY: "Meet at noon"}))
    assert "IPM.Appointment" in document.warnings[0]


def test_damage_is_told() -> None:
    data = msg({**BASE, BODY: "x"})
    for damaged in (data[:600], data[:8] + b"\xff" * 700):
        with pytest.raises(InvalidDocument) as caught:
            parse(Content(data=damaged), media_type=MSG, limits=LIMITS)
        assert caught.value.code in {"corrupt_msg", "unsupported_media_type"}


@given(st.lists(st.text(alphabet="abcé鍵", min_size=3, max_size=9), min_size=4, max_size=20))
def test_every_word_of_a_message_is_in_a_chunk(words: list[str]) -> None:
    subject, sender, file, *body = words
    data = msg(
        {**BASE, SUBJECT: subject, SENDER: sender, BODY: "\r\n\r\n".join(body)},
        attachments=[{FILE: file}],
    )
    chunks = chunk_document(parsed(data), SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
