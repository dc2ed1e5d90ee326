"""Raised and lowered text is the same word in each of its spellings, and never another number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.superscripts import lowered, raised, unified


@pytest.mark.parametrize(
    ("before", "text", "written"),
    [
        ("10", "6", "⁶"),
        ("10", "-6", "⁻⁶"),
        ("10", "−6", "⁻⁶"),
        ("m", "2", "²"),
        ("only.", "1", "¹"),
        ("19", "th", "th"),
        ("Ragline", "TM", "™"),
        ("Ragline", "®", "®"),
        ("x", "2k", "^(2k)"),
        ("x", "y", "^y"),
        ("5", "1, 2", "^(1, 2)"),
        ("", "1", "¹"),
        ("x", " 2 ", " ² "),
        ("x", "", ""),
        ("x", " ", " "),
    ],
)
def test_raised(before: str, text: str, written: str) -> None:
    assert raised(text, after=before) == written


@pytest.mark.parametrize(
    ("before", "text", "written"),
    [("H", "2", "₂"), ("V", "max", "max"), ("10", "2", "₂"), ("10", "2k", "_(2k)"), ("x", "", "")],
)
def test_lowered(before: str, text: str, written: str) -> None:
    assert lowered(text, after=before) == written


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("10⁶ or 10⁻⁶", "10^6 or 10^-6"),
        ("10^{6}", "10^6"),
        ("H₂O in m²", "H2O in m^2"),
        ("101₂", "101_2"),
        ("plain x^2", "plain x^2"),
    ],
)
def test_unified(text: str, same: str) -> None:
    assert unified(text) == same


@given(base=st.integers(0, 10**6), power=st.integers(-999, 999))
def test_no_power_becomes_another_number(base: int, power: int) -> None:
    written = f"{base}{raised(str(power), after=str(base))}"
    assert unified(written) == f"{base}^{power}"
    assert unified(unified(written)) == unified(written)
