"""Text is compared in one form: characters are the same in each spelling, numbers never change."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.folding import characters, folded, folded_case

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("plain text stays, Case too", "plain text stays, Case too"),
        ("ＡＢ－１２３４", "AB-1234"),
        ("AB\u20111234 AB−1234 AB–1234", "AB-1234 AB-1234 AB-1234"),
        ("Zu\u00adschuss", "Zuschuss"),
        ("a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"),
        ("\u202bright\u202c to\u200f left\u2069", "right to left"),
        ("U\u0308bergang", "Übergang"),
        ("ﬁle oﬃce", "file office"),
        ("don’t “quote” «it»", 'don\'t "quote" "it"'),
        ("10\u00a0000\u202f000", "10 000 000"),
        ("٣٠ ३० ๓๐", "30 30 30"),
        ("الإجـــازة", "الإجازة"),
        ("Ragline™ İstanbul", "Ragline Istanbul"),
        ("10⁶ m² ㎡ CO₂", "10^6 m^2 m^2 CO2"),
        ("100㎡2階", "100m^2 2 階 "),
        ("2½ 5①", "2 1/2  5 1 "),
        ("2^{10}", "2^10"),
        ("ｻｰﾊﾞｰ", " サーバー "),
        ("AB-1234の交換、VPN客户端", "AB-1234 の交換 、VPN 客户端 "),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
    ],
)
def test_text_is_compared_in_one_form(written: str, compared: str) -> None:
    assert folded(written) == compared


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_letters_are_the_same(form: Literal["NFC", "NFD"]) -> None:
    different = [c for c in ALL if folded(c) != folded(unicodedata.normalize(form, c))]
    assert not different


def test_no_character_joins_a_number_beside_it() -> None:
    """`2½` is not 21/2, nor `5①` 51, nor `m²2` 22."""
    joined = [
        c
        for c in ALL
        if not c.isdecimal()
        and (numbers := re.findall(r"\d+", folded(f"7{c}8")))
        and characters(c)
        and not (numbers[0] == "7" and numbers[-1] == "8")
    ]
    assert not joined


def test_upper_and_lower_case_are_the_same() -> None:
    assert folded_case("STRASSE Ünal ΐ") == folded_case("Straße ÜNAL Ϊ́")
    assert folded_case("Plain") == "plain"


@given(st.text())
def test_what_is_compared_has_no_unseen_characters_and_only_common_digits(text: str) -> None:
    compared = folded_case(text)
    assert not set(compared) & {"\u00ad", "\u200b", "\u200d", "\u202b", "\ufe0f", "\u00a0"}
    assert all(c in "0123456789" for c in compared if c.isdecimal())


def test_a_pile_of_marks_costs_no_more_than_other_text() -> None:
    pile = "a" + "\u0301\u0323" * 200_000  # to order them takes minutes
    assert len(folded(pile)) < 50
