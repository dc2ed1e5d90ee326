"""The title-like line above each unit."""

from __future__ import annotations

from ragline_generator.passages.titles import titles_above
from ragline_generator.passages.units import split

REPORTS = (
    "Report 811\n\nThe roof is new.\n\nCosts: 12.50 EUR\n\n"
    "## Report 812\n\nThe cellar is wet.\n\nsensors[2]: north\n\n- height: 4\n\nThe end"
)


def test_short_lines_that_stand_alone_govern_what_is_below() -> None:
    units = split(REPORTS)
    above = [
        REPORTS[title.start : title.end] if title else None
        for title in titles_above(REPORTS, units)
    ]

    assert above == [
        "Report 811",
        "Report 811",
        "Report 811",
        "## Report 812",
        "## Report 812",
        "sensors[2]: north",
        "sensors[2]: north",
        "sensors[2]: north",
    ]


def test_sentences_values_and_a_line_in_a_paragraph_are_no_titles() -> None:
    text = "It rains.\n\nHeight: 4\n\nA line of a verse\nand one more\n\nIt ends."

    assert titles_above(text, units := split(text)) == [None] * len(units)
