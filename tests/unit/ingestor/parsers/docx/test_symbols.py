"""Symbol fonts show other characters than their codes say."""

from __future__ import annotations

import pytest
from tests.unit.ingestor.parsers.docx.conftest import paragraph, run, text_of

from ragline_ingestor.parsers.docx.symbols import UNKNOWN, symbol


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Wingdings", 0xF0FC, "✓"),
        ("Symbol", 0x61, "α"),
        ("symbol", 0xF062, "β"),
        ("Arial", 0x61, UNKNOWN),
        ("Symbol", 0x19, UNKNOWN),
        ("Symbol", 0xFFFFF, UNKNOWN),
    ],
)
def test_characters(font: str, code: int, shown: str) -> None:
    assert symbol(font, code) == shown


def test_text_in_a_symbol_font_is_read_as_it_shows() -> None:
    greek = run("a b", '<w:rFonts w:ascii="Symbol"/>')
    assert text_of(paragraph(greek + run(" a"))) == "α β a"
