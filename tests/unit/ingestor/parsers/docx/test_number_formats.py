"""Numbers are written as Word writes them."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.docx.number_formats import formatted


@pytest.mark.parametrize(
    ("number", "name", "shown"),
    [
        (4, "decimal", "4"),
        (7, "decimalZero", "07"),
        (1994, "upperRoman", "MCMXCIV"),
        (28, "lowerLetter", "bb"),
        (3, "ordinal", "3rd"),
        (12, "ordinal", "12th"),
        (21, "chineseCounting", "二十一"),
        (2, "decimalEnclosedCircle", "②"),
        (5, "none", ""),
        (10**9, "upperRoman", "1000000000"),
        (10**9, "lowerLetter", "1000000000"),
        (3, "of a later version", "3"),
    ],
)
def test_formats_of_numbers(number: int, name: str, shown: str) -> None:
    assert formatted(number, name) == shown
