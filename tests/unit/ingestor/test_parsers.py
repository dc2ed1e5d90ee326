"""One entry to all parsers; it never raises anything but the error tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts import media_types
from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers import PARSERS, parse
from ragline_ingestor.settings import IngestorSettings

LIMITS = IngestorSettings(max_text_chars=1_000).parse_limits()


def _code(data: bytes, media_type: str) -> str:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=media_type, limits=LIMITS)
    return caught.value.code


@pytest.mark.parametrize("media_type", PARSERS)
def test_a_0_byte_file_is_empty(media_type: str) -> None:
    assert _code(b"", media_type) == "empty_document"


@pytest.mark.parametrize("data", [b" \n\t\n", b"---\ntitle: x\n---\n", b"<!-- only this -->"])
def test_a_document_without_visible_text_is_empty(data: bytes) -> None:
    assert _code(data, media_types.MARKDOWN) == "empty_document"


@pytest.mark.parametrize("media_type", [media_types.MARKDOWN, media_types.HTML, media_types.PLAIN])
def test_too_much_text_is_refused(media_type: str) -> None:
    assert _code(b"<p>words " * 400, media_type) == "too_large"


def test_an_unknown_format_is_refused() -> None:
    assert _code(b"x", "image/png") == "unsupported_media_type"


def test_other_text_types_are_read_as_plain_text() -> None:
    document = parse(Content(data=b"a,b\n1,2"), media_type="text/calendar", limits=LIMITS)
    assert document.text == "a,b\n1,2"


@pytest.mark.parametrize("media_type", PARSERS)
def test_any_bytes_are_parsed_or_refused(media_type: str) -> None:
    @given(st.one_of(st.binary(), st.text().map(str.encode)))
    def holds(data: bytes) -> None:
        try:
            document = parse(Content(data=data), media_type=media_type, limits=LIMITS)
        except InvalidDocument:
            return
        _check_blocks(document)

    holds()


def _check_blocks(document: ParsedDocument) -> None:
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        last = block.end
