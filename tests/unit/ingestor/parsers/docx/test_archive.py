"""Broken, huge and hostile files are refused before they cost much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS
from tests.unit.ingestor.parsers.docx.conftest import (
    cell,
    packed,
    paragraph,
    parsed,
    plain_file,
    table,
)

from ragline.contracts.media_types import DOCX
from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParseLimits
from ragline_ingestor.parsers import parse

_ATTRIBUTES = " ".join(f'a{number}=""' for number in range(60_000))
_MANY = {f"media{number}": "" for number in range(10_000)}


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"PK\x03\x04word/ but no archive", LIMITS, "corrupt_docx"),
        (plain_file()[:2_000], LIMITS, "corrupt_docx"),
        (plain_file(), replace(LIMITS, unpacked_bytes=1_000), "too_large"),
        (packed("<w:p/>" * 1_000_000), LIMITS, "too_large"),
        (packed("<w:p/>" * 1_000_000, encoding="utf-16"), LIMITS, "too_large"),
        (packed(f"<w:p {_ATTRIBUTES}/>"), replace(LIMITS, nodes=100_000), "too_large"),
        (packed("", parts={"footnotes": "<w:p/>" * 1_000_000}), LIMITS, "too_large"),
        (packed("", parts=_MANY), LIMITS, "too_large"),
    ],
    ids=["no archive", "cut off", "zip bomb", "elements", "UTF-16", "attributes", "notes", "files"],
)
def test_broken_and_huge_files_are_refused(data: bytes, limits: ParseLimits, code: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=DOCX, limits=limits)
    assert caught.value.code == code


def test_a_cell_over_a_billion_columns_takes_no_memory() -> None:
    wide = cell("wide", '<w:gridSpan w:val="999999999"/>')
    assert parsed(packed(table([wide]))).text == " | ".join(["wide"] * 63)


def test_merged_cells_cannot_multiply_the_text_beyond_the_limit() -> None:
    high = cell("x" * 200, '<w:vMerge w:val="restart"/><w:gridSpan w:val="60"/>')
    below = cell("", '<w:vMerge/><w:gridSpan w:val="60"/>')
    bomb = packed(table([high], *[[below]] * 2_000))
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=bomb), media_type=DOCX, limits=replace(LIMITS, text_chars=100_000))
    assert caught.value.code == "too_large"


def test_what_is_nested_as_deep_as_xml_may_be_is_read() -> None:
    tables = paragraph("deep")
    for _ in range(60):
        tables = f"{table([cell(tables), cell('beside')])}<w:p/>"
    controls = paragraph("held")
    for _ in range(100):
        controls = f"<w:sdt><w:sdtContent>{controls}</w:sdtContent></w:sdt>"
    text = parsed(packed(tables + controls)).text
    assert "deep" in text
    assert "held" in text
