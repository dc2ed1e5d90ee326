"""Words for search: identifiers as written and in parts, English by its stems, no query syntax."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.analysis import (
    clean,
    keyword_terms,
    literal_words,
    query_terms,
    whole_words,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x-dead-letter", ["x-dead-letter", "dead", "letter"]),
        ("v3.12.", ["v3.12", "v3", "12"]),
        ("max_length", ["max_length", "max", "length"]),
        ("rabbitmq.conf", ["rabbitmq.conf", "rabbitmq", "conf"]),
        ("C++ and C#", ["c++", "and", "c#"]),
        ("https://docs.test/a-b", ["https", "docs.test", "docs", "test", "a-b"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("全文検索", ["全", "文", "検", "索", "全文", "文検", "検索"]),
        ("年", ["年"]),
        ("วันลา", ["วั", "ัน", "นล", "ลา"]),
        ("AB-1234の交換", ["ab-1234", "ab", "1234", "交", "換", "の交", "交換"]),
        ("अवकाश की", ["अवकाश", "की"]),
        ("👍 – …", []),
    ],
)
def test_words_are_found_whole_and_in_parts(text: str, words: list[str]) -> None:
    assert literal_words(text) == words


def test_raised_and_lowered_digits_are_found_in_each_spelling() -> None:
    assert keyword_terms("10⁶ m² CO₂") == keyword_terms("10^6 m^2 CO2")
    assert "106" not in keyword_terms("10⁶")


@pytest.mark.parametrize(
    ("written", "common"),
    [
        ("ＡＢ－１２３４", "AB-1234"),
        ("AB\u20111234", "AB-1234"),
        ("ｻｰﾊﾞｰ", "サーバー"),
        (unicodedata.normalize("NFD", "Übergangsgeld für Zoë 연차"), "Übergangsgeld für Zoë 연차"),
        ("Fahr\u00adtkos\u00adtenzuschuss", "Fahrtkostenzuschuss"),
        ("zero\u200bwidth \u202bmark\u202c", "zerowidth mark"),
        ("ﬁle oﬃce", "file office"),
        ("don’t „quote“", 'don\'t "quote"'),
        ("10\u00a0000 Euro", "10 000 Euro"),
    ],
)
def test_every_spelling_of_a_character_gives_the_same_words(written: str, common: str) -> None:
    assert literal_words(written) == literal_words(common)


def test_whole_words_are_distinct_and_not_taken_apart() -> None:
    assert whole_words("Set x-max then set X-MAX") == ("set", "x-max", "then")


def test_keyword_terms_drop_stop_words_and_stem() -> None:
    assert keyword_terms("How are the messages replicated?") == ["how", "messag", "replic"]


def test_query_terms_are_distinct() -> None:
    assert query_terms("queue queues queueing") == ["queue"]


def test_a_question_of_stop_words_has_no_terms() -> None:
    assert query_terms("to be or not to be") == []


def test_text_is_made_storable() -> None:
    assert clean("a\0b\ud800c") == "a\ufffdb?c"


@given(st.text(st.characters(codec=None)))
def test_words_hold_no_spaces_quotes_or_control_characters(text: str) -> None:
    for word in (*literal_words(text), *keyword_terms(text)):
        assert 0 < len(word) <= 128
        assert word.split() == [word]
        assert not set(word) & set('"()[]{}\\*?~^|&!<>=;,/\0')
        word.encode()


@given(st.text())
def test_every_word_of_a_question_is_a_word_of_the_text_it_quotes(text: str) -> None:
    assert set(whole_words(text)) <= set(literal_words(text))
    assert set(query_terms(text)) == set(keyword_terms(text))
