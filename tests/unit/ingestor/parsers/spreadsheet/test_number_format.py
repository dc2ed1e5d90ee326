"""Numbers as a spreadsheet shows them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from ragline_ingestor.parsers.spreadsheet.number_format import shown_number


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("149.5", "General", "149.5"),
        ("12", "General", "12"),
        ("0.1", "General", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("1e21", "General", "1e+21"),
        ("0.15", "0%", "15%"),
        ("0.075", "0.0%", "7.5%"),
        ("149.5", '#,##0.00 "€"', "149.50 €"),
        ("1234.5", "[$€-407] #,##0.00", "€ 1,234.50"),
        ("1234567", "#,##0", "1,234,567"),
        ("42", "00000", "00042"),
        ("2.5", "0.##", "2.5"),
        ("2", "0.##", "2"),
        ("1500000", '0.0,,"M"', "1.5M"),
        ("12345", "0.00E+00", "1.23E+4"),
        ("0.5", "# ?/?", "0.5"),
        ("5", '0" pcs."', "5 pcs."),
        ("7", r"0\ \k\g", "7 kg"),
        ("-5", "#,##0;[Red](#,##0)", "-5"),
        ("-5", "0;[Red]0", "-5"),
        ("-5.5", "0.0", "-5.5"),
        ("0", '0;-0;"none"', "none"),
        ("3", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-', "3.00"),
        ("text", "0.00", "text"),
        ("42", "@", "42"),
    ],
)
def test_a_number_is_shown_by_its_format(value: str, number_format: str, shown: str) -> None:
    assert shown_number(value, number_format, WINDOWS_EPOCH) == shown


@pytest.mark.parametrize(
    ("value", "number_format", "epoch", "shown"),
    [
        ("46086", "dd.mm.yyyy", WINDOWS_EPOCH, "2026-03-05"),
        ("46086", "m/d/yy", WINDOWS_EPOCH, "2026-03-05"),
        ("44624", "dd.mm.yyyy", MAC_EPOCH, "2026-03-05"),
        ("46086.604166666664", "dd.mm.yyyy hh:mm", WINDOWS_EPOCH, "2026-03-05 14:30"),
        ("0.604166666666667", "h:mm AM/PM", WINDOWS_EPOCH, "14:30"),
        ("1.0625", "[h]:mm", WINDOWS_EPOCH, "25:30"),
        ("99999999999", "dd.mm.yyyy", WINDOWS_EPOCH, "99999999999"),
    ],
)
def test_a_date_is_written_so_that_its_month_is_clear(
    value: str, number_format: str, epoch: datetime, shown: str
) -> None:
    assert shown_number(value, number_format, epoch) == shown


@given(st.one_of(st.floats(), st.integers()).map(str), st.text(alphabet='#0?.,%E+-;[]"\\_*@$hms y'))
def test_any_format_shows_something_for_any_number(value: str, number_format: str) -> None:
    assert isinstance(shown_number(value, number_format, WINDOWS_EPOCH), str)
