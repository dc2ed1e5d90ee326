"""Texts as sequences of content words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.passages.words import Sort, words


def sorted_out(text: str) -> dict[str, Sort]:
    return {word.term: word.sort for word in words(text)}


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("Queues expire.", {"queue": Sort.PLAIN, "expir": Sort.PLAIN}),
        ("The broker Rabbit expires", {"rabbit": Sort.NAME}),
        ("Acme Widgets expire", {"acm": Sort.NAME, "widget": Sort.NAME}),
        ("set max_length", {"max": Sort.NAME, "length": Sort.NAME}),
        ("call getName or `push`", {"getnam": Sort.NAME, "push": Sort.NAME}),
        ("version v3.12.", {"3.12": Sort.NUMBER}),
        ("1,000 items, 16MB", {"1000": Sort.NUMBER, "16": Sort.NUMBER, "mb": Sort.NAME}),
        ("on the 10th", {"10": Sort.NUMBER}),
        ("two ways", {"2": Sort.NUMBER_WORD}),
        ("10⁶ bytes", {"10^6": Sort.NUMBER}),
        ("10^{-6} or 10^-6 or 10⁻⁶", {"10^-6": Sort.NUMBER}),
        ("5¹ days", {"5": Sort.NUMBER}),
        ("300 m² or m^2 or m2", {"300": Sort.NUMBER, "m2": Sort.NAME}),
        ("the price² rises", {"price": Sort.PLAIN}),
        ("CO₂", {"co2": Sort.NAME}),
        ("连续15天", {"15": Sort.NUMBER, "连续": Sort.PLAIN, "天": Sort.PLAIN}),
        ("ＡＢ－１２３４の部品", {"ab": Sort.NAME, "1234": Sort.NUMBER, "部品": Sort.PLAIN}),
        ("２½ Stunden", {"2": Sort.NUMBER, "1": Sort.NUMBER, "stunden": Sort.NAME}),
        ("in der U\u0308ber\u00adgabe", {"übergab": Sort.NAME}),
        ("अवकाश", {"अवकाश": Sort.PLAIN}),
    ],
)
def test_names_and_numbers_are_told_from_plain_words(text: str, sorts: dict[str, Sort]) -> None:
    assert sorts.items() <= sorted_out(text).items()


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Queues do not expire.", ["expir"]),
        ("Queues don't expire quickly or loudly.", ["expir"]),
        ("It is never empty. Cats sleep.", ["empti"]),
        ("Cats sleep without blankets", ["blanket"]),
        ("Cats sleep", []),
    ],
)
def test_a_negation_reaches_the_next_word_of_its_sentence(text: str, negated: list[str]) -> None:
    assert [word.term for word in words(text) if word.negated] == negated


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert all(word.term for word in words(text))
