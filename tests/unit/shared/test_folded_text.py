"""A match in folded text is told as the source spells it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.folded_text import FoldedText
from ragline.folding import folded

WRITTEN = st.lists(
    st.sampled_from(
        [
            "AB-12",
            "ＡＢ－１２",
            "U\u0308",
            "Zu\u00adschuss",
            "部品",
            "ｻｰﾊﾞｰ",
            "ﬁ",
            "10⁶",
            "㎡",
            "½",
            " ",
        ]
    )
).map("".join)


@pytest.mark.parametrize(
    ("source", "pattern", "spelled"),
    [
        ("part AB-1234.", r"AB-\d+", "AB-1234"),
        ("部品ＡＢ－１２３４の交換", r"\bAB-\d+\b", "ＡＢ－１２３４"),
        ("der Zu\u00adschuss ist", r"Zuschuss", "Zu\u00adschuss"),
        ("das U\u0308bergangsgeld", r"Übergangsgeld", "U\u0308bergangsgeld"),
        ("the oﬃce", r"fic", "ﬃc"),
        ("it is 10⁶ m", r"10\^6", "10⁶"),
        ("it is 2^{10} m", r"2\^10", "2^{10}"),
        ("ｻｰﾊﾞｰの再起動", r"\w+", "ｻｰﾊﾞｰの再起動"),
        (unicodedata.normalize("NFD", "연차 휴가"), "휴가", unicodedata.normalize("NFD", "휴가")),
        ("AB部品", "AB ", "AB"),
        ("100㎡2階", r"\d+m\^2", "100㎡2"),
        ("ｻｰﾊﾞｰ㎡", r" m", "ｰ㎡"),
    ],
)
def test_a_match_is_told_as_the_source_spells_it(source: str, pattern: str, spelled: str) -> None:
    searched = FoldedText(source)
    match = re.search(pattern, searched.text)
    assert match is not None
    assert searched.source(*match.span()) == spelled


@given(WRITTEN | st.text())
def test_the_whole_is_the_whole(source: str) -> None:
    searched = FoldedText(source)
    whole = searched.source(0, len(searched.text))
    assert whole in source
    assert folded(whole).split() == folded(source).split()


@given(WRITTEN)
def test_it_is_searched_in_the_form_in_which_texts_are_compared(source: str) -> None:
    assert FoldedText(source).text == folded(source)


def test_a_blank_inside_what_is_folded_together_hides_none_of_it() -> None:
    searched = FoldedText("ｻｰﾊﾞｰ㎡A")
    assert searched.text == " サーバー m^2A"
    assert searched.source(5, 10) == "ｰ㎡A"


@given(WRITTEN, st.data())
def test_any_part_is_a_slice_that_holds_what_it_is_folded_from(
    source: str, data: st.DataObject
) -> None:
    searched = FoldedText(source)
    start = data.draw(st.integers(0, len(searched.text)))
    end = data.draw(st.integers(start, len(searched.text)))
    part = searched.source(start, end)
    assert part in source
    assert "".join(searched.text[start:end].split()) in "".join(folded(part).split())
