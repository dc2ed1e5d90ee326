"""A book is read chapter by chapter in its own order."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import EPUB
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers import parse

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PAGE = (
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"'
    ' xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{}</body></html>'
)


def zipped(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", EPUB)
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def book(chapters: Mapping[str, str], spine: str | None = None, more: str = "") -> bytes:
    """Pack a book of pages by their names; `spine` are their ids in reading order."""
    items = "".join(
        f'<item id="{name}" href="{name}%20x.xhtml" media-type="application/xhtml+xml"/>'
        for name in chapters
    )
    refs = "".join(f'<itemref idref="{name}"/>' for name in spine or "".join(chapters))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>The Mira Book</dc:title><dc:language>en</dc:language></metadata>"
        f"<manifest>{items}{more}</manifest><spine>{refs}</spine></package>"
    )
    pages = {f"OEBPS/{name} x.xhtml": PAGE.format(body) for name, body in chapters.items()}
    return zipped({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf, **pages})


def parsed(data: bytes, limits: ParseLimits = LIMITS) -> ParsedDocument:
    return parse(Content(data=data), media_type=EPUB, limits=limits)


def test_chapters_come_in_the_order_of_the_spine() -> None:
    document = parsed(book({"a": "<h1>Two</h1><p>b</p>", "b": "<h1>One</h1><p>a</p>"}, "ba"))
    assert document.text == "One\n\na\n\nTwo\n\nb"
    assert (document.title, document.language) == ("The Mira Book", "en")
    assert document.warnings == ()


def test_elements_that_are_closed_at_once_swallow_nothing() -> None:
    body = (
        '<p><a id="p1"/>The hall <br/>is <span title="a/b > c"/>open.</p>'
        '<script src="x"/><p>Yes</p>'
    )
    assert parsed(book({"a": body})).text == "The hall\nis open.\n\nYes"


def test_character_data_is_text() -> None:
    body = "<p>a <![CDATA[x < y & z]]> b</p><p><![CDATA[open</p>"
    assert parsed(book({"a": body})).text == "a x < y & z b\n\nopen"


def test_a_footnote_is_text_and_its_mark_is_no_part_of_a_number() -> None:
    body = (
        '<p>It takes 5<a epub:type="noteref" href="#n1">1</a> days'
        '<sup><a epub:type="noteref" href="#n2">2</a></sup>.</p>'
        '<aside epub:type="footnote" id="n1"><p>Working days.</p></aside>'
        '<aside epub:type="footnote" id="n2"><p>In summer six.</p></aside>'
    )
    text = parsed(book({"a": body})).text
    assert text == "It takes 5[1] days[2].\n\nWorking days.\n\nIn summer six."


def test_a_book_without_a_description_is_read_by_the_names_of_its_pages() -> None:
    assert parsed(zipped({"b.xhtml": "<p>Two</p>", "a.xhtml": "<p>One</p>"})).text == "One\n\nTwo"


def test_a_page_outside_the_reading_order_and_a_missing_one_are_told() -> None:
    more = '<item id="z" href="z.xhtml" media-type="application/xhtml+xml"/>'
    document = parsed(book({"a": "<p>x</p>", "b": "<p>y</p>"}, "az", more))
    assert document.text == "x"
    assert document.warnings == (
        "chapters are missing in the file: OEBPS/z.xhtml",
        "pages outside the reading order are not indexed: OEBPS/b x.xhtml",
    )


def test_a_table_of_contents_is_not_read() -> None:
    more = '<item id="n" href="n.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    assert parsed(book({"a": "<p>x</p>"}, "na", more)).text == "x"


def _code(data: bytes, limits: ParseLimits = LIMITS) -> str:
    with pytest.raises(InvalidDocument) as caught:
        parsed(data, limits)
    return caught.value.code


def test_copy_protection_is_told() -> None:
    names = {"a.xhtml": "x", "META-INF/encryption.xml": "<e><CipherReference URI='a.xhtml'/></e>"}
    assert _code(zipped(names)) == "encrypted_epub"


def test_damage_is_told() -> None:
    assert _code(b"PK\x03\x04 cut") == "corrupt_epub"


def test_bombs_are_refused() -> None:
    data = book({"a": "<p>x</p>" * 1000})
    assert _code(data, replace(LIMITS, nodes=500)) == "too_large"
    assert _code(data, replace(LIMITS, unpacked_bytes=1000)) == "too_large"
    lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    files = {"META-INF/container.xml": lol + CONTAINER, "OEBPS/book.opf": lol + "<p>&b;</p>"}
    assert _code(zipped(files)) == "empty_document"


KINDS = (
    "<p>{}</p>",
    "<h2>{}</h2>",
    "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td></tr></table>",
    "<aside>{}</aside>",
    '<section epub:type="footnotes">{}</section>',
    '<p><a id="q"/>{}<i/></p>',
    "<header>{}</header>",
    "<nav><ol><li>{}</li></ol></nav>",
)


@given(st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4), min_size=1, max_size=5))
def test_every_word_of_a_book_is_in_a_chunk(chapters: list[list[str]]) -> None:
    words = [f"w{at}z{n}" for at, kinds in enumerate(chapters) for n in range(len(kinds))]
    left = iter(words)
    pages = {
        chr(97 + at): "".join(kind.format(next(left)) for kind in kinds)
        for at, kinds in enumerate(chapters)
    }
    chunks = chunk_document(parsed(book(pages)), SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
