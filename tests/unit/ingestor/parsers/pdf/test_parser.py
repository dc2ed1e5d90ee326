"""PDF text with headings, joined lines and clear errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import PDF
from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers import parse

MakePdf = Callable[[list[list[tuple[str, int]]]], bytes]
LONG = "This line of the body is long enough to be taken for a full line of a page"


def _parse(data: bytes, limits: ParseLimits | None = None) -> ParsedDocument:
    return parse(Content(data=data), media_type=PDF, limits=limits or LIMITS)


def _blocks(document: ParsedDocument) -> list[tuple[BlockKind, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def _rewritten(data: bytes) -> tuple[PdfWriter, Callable[[], bytes]]:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))

    def saved() -> bytes:
        out = BytesIO()
        writer.write(out)
        return out.getvalue()

    return writer, saved


def _code(data: bytes, limits: ParseLimits | None = None) -> str:
    with pytest.raises(InvalidDocument) as caught:
        _parse(data, limits)
    return caught.value.code


def test_larger_type_is_a_heading_and_lines_are_joined(make_pdf: MakePdf) -> None:
    data = make_pdf([[("Operations", 24), (LONG, 11), ("with a hyphen-", 11), ("ated word.", 11)]])
    document = _parse(data)
    assert _blocks(document) == [
        (BlockKind.HEADING, "Operations"),
        (BlockKind.PARAGRAPH, f"{LONG} with a hyphenated word."),
    ]
    assert document.title == "Operations"


def test_the_outline_names_the_headings(make_pdf: MakePdf) -> None:
    data = make_pdf([[("1 Start", 11), (LONG, 11), ("1.1 Details", 11), ("Short end.", 11)]])
    writer, saved = _rewritten(data)
    parent = writer.add_outline_item(title="Start", page_number=0)
    writer.add_outline_item(title="Details", page_number=0, parent=parent)
    levels = [(b.heading, b.level) for b in _parse(saved()).blocks if b.heading]
    assert levels == [("1 Start", 1), ("1.1 Details", 2)]


def test_a_pdf_locked_by_an_empty_password_is_read(make_pdf: MakePdf) -> None:
    writer, saved = _rewritten(make_pdf([[("Readable text.", 11)]]))
    writer.encrypt(user_password="", owner_password="owner", algorithm="RC4-128")
    assert "Readable text." in _parse(saved()).text


def test_an_encrypted_pdf_is_refused(make_pdf: MakePdf) -> None:
    writer, saved = _rewritten(make_pdf([[("Secret.", 11)]]))
    writer.encrypt(user_password="secret", algorithm="RC4-128")
    assert _code(saved()) == "encrypted_pdf"


def test_a_damaged_pdf_is_refused(make_pdf: MakePdf) -> None:
    whole = make_pdf([[("Text.", 11)]])
    assert _code(b"%PDF-1.7 and then nothing of the kind") == "corrupt_pdf"
    assert _code(whole[: len(whole) // 3]) == "corrupt_pdf"


def test_a_pdf_without_text_is_refused_as_empty(make_pdf: MakePdf) -> None:
    assert _code(make_pdf([[]])) == "empty_document"


def test_pages_objects_and_text_are_bounded(make_pdf: MakePdf) -> None:
    data = make_pdf([[("One page of text.", 11)]] * 3)
    assert _code(data, replace(LIMITS, pages=2)) == "too_large"
    assert _code(data, replace(LIMITS, text_chars=20)) == "too_large"
    assert _code(data, replace(LIMITS, nodes=2)) == "too_large"
