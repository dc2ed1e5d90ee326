"""A message keeps its headers, its body and the names of its attachments."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import EML
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers import parse


def parsed(data: bytes) -> ParsedDocument:
    return parse(Content(data=data), media_type=EML, limits=LIMITS)


def message(subject: str = "Keys") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ana Duarte <ana@example.com>"
    made["To"] = "Ben <ben@example.com>, cy@example.com"
    made["Date"] = "Mon, 30 Nov 2026 10:00:00 +0100"
    made["Subject"] = subject
    return made


def test_headers_and_body_are_text() -> None:
    made = message()
    made.set_content("The keys are at the porter.\n")
    document = parsed(bytes(made))
    assert document.title == "Keys"
    assert document.text == (
        "Keys\n\n"
        "From: Ana Duarte <ana@example.com>\n"
        "To: Ben <ben@example.com>, cy@example.com\n"
        "Date: Mon, 30 Nov 2026 10:00:00 +0100\n"
        "Subject: Keys\n\n"
        "The keys are at the porter."
    )
    assert document.warnings == ()


def test_encoded_and_raw_headers_are_decoded() -> None:
    made = message("Schlüssel für Zoë 鍵")
    made.set_content("x")
    assert parsed(bytes(made)).title == "Schlüssel für Zoë 鍵"
    assert parsed("Subject: Schlüssel für Zoë\n\nx".encode()).title == "Schlüssel für Zoë"
    assert parsed(b"Subject: =?nonsense?q?x?= =?utf-8?b?!!?=\n\nx").title


def test_a_long_list_of_people_is_decoded() -> None:
    people = ",\n ".join(f"=?utf-8?q?Zo=C3=AB_{n}?= <z{n}@example.com>" for n in range(1_000))
    text = parsed(f"To: {people}\n\nx".encode()).text
    assert "Zoë 0 <z0@example.com>, Zoë 1 <" in text
    assert "Zoë 999 <z999@example.com>" in text


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_body_is_decoded(charset: str, encoding: str) -> None:
    made = message()
    made.set_content("Größe: naïve café", charset=charset, cte=encoding)
    assert "Größe: naïve café" in parsed(bytes(made)).text


def test_a_body_in_html_is_read_as_html() -> None:
    made = message()
    made.set_content("Rooms: see the table.")
    made.add_alternative(
        "<p>Rooms:</p><table><tr><th>Room<th>Seats<tr><td>Oberon<td>12</table>", subtype="html"
    )
    text = parsed(bytes(made)).text
    assert "Room | Seats\n--- | ---\nOberon | 12" in text
    assert "see the table" not in text


def test_html_that_only_says_that_there_is_text_is_not_chosen() -> None:
    made = message()
    made.set_content("The keys are at the porter of the main building, ask for Ana.")
    made.add_alternative("<p>Open in a browser</p>", subtype="html")
    assert "at the porter" in parsed(bytes(made)).text


def test_attachments_are_named_in_the_text_and_in_a_warning() -> None:
    made = message()
    made.set_content("See the files.")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Preisliste ü.pdf")
    made.add_attachment("a,b", subtype="csv", filename="rooms.csv")
    document = parsed(bytes(made))
    assert "Attachments: Preisliste ü.pdf, rooms.csv" in document.text
    [warning] = document.warnings
    assert "Preisliste ü.pdf, rooms.csv" in warning
    assert "documents of their own" in warning


def test_a_forwarded_message_is_read() -> None:
    inner = message("Old keys")
    inner.set_content("The old keys are with Zoë.")
    inner.add_attachment(b"x", maintype="application", subtype="zip", filename="old.zip")
    made = message("Fwd: Old keys")
    made.set_content("See below.")
    made.add_attachment(inner)
    document = parsed(bytes(made))
    assert "The old keys are with Zoë." in document.text
    assert [block.heading for block in document.blocks if block.heading] == [
        "Fwd: Old keys",
        "Old keys",
    ]
    assert "old.zip" in document.warnings[0]


def test_pictures_in_the_text_are_counted() -> None:
    made = message()
    made.set_content("<p>Look: <img src='cid:a'></p>", subtype="html")
    made.add_related(b"png", maintype="image", subtype="png", cid="<a>")
    document = parsed(bytes(made))
    assert document.warnings == ("1 pictures without a description: text in them is not indexed",)


def test_flowed_lines_are_joined() -> None:
    data = b"Content-Type: text/plain; format=flowed\n\nThe keys \nare at the porter.\n-- \nAna\n"
    assert "The keys are at the porter.\n--" in parsed(data).text


def test_a_signed_message_keeps_its_text() -> None:
    data = (
        b"Content-Type: multipart/signed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nThe keys are here.\n"
        b"--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nxx\n--b--\n"
    )
    document = parsed(data)
    assert "The keys are here." in document.text
    assert "signature.asc" in document.warnings[0]


class _Writer:
    """Draws a message and remembers the words in it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.words: list[str] = []

    def word(self) -> str:
        word = f"w{len(self.words)}é"
        self.words.append(word)
        return word

    def message(self, depth: int) -> EmailMessage:
        made = message(self.word())
        made["Cc"] = f"{self.word()}@example.com"
        if self._draw(st.booleans()):
            made.set_content(f"{self.word()} {self.word()}\n\n- {self.word()}\n> {self.word()}\n")
        else:
            made.set_content(f"<p>{self.word()}<ul><li>{self.word()}</ul>", subtype="html")
        for kind in self._draw(st.lists(st.sampled_from("tham"), max_size=3)):
            if kind == "t":
                made.add_attachment(f"{self.word()}\n", disposition="inline")
            elif kind == "h":
                html = f"<h2>{self.word()}</h2>{self.word()}"
                made.add_attachment(html, subtype="html", disposition="inline")
            elif kind == "a":
                name = f"{self.word()}.bin"
                made.add_attachment(b"x", maintype="a", subtype="b", filename=name)
            elif depth:
                made.add_attachment(self.message(depth - 1))
        return made


@st.composite
def messages(draw: st.DrawFn) -> tuple[EmailMessage, list[str]]:
    writer = _Writer(draw)
    return writer.message(2), writer.words


@given(messages())
def test_every_word_of_a_message_is_in_a_chunk(made: tuple[EmailMessage, list[str]]) -> None:
    written, words = made
    chunks = chunk_document(parsed(bytes(written)), SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
