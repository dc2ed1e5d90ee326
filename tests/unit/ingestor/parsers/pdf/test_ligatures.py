"""A sign that no font explains is read as a ligature where only one makes a word."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.pdf.ligatures import LigatureReader
from ragline_ingestor.parsers.pdf.source import PageContent
from ragline_ingestor.parsers.pdf.words import PdfWord


def read(text: str, *, others: tuple[str, ...] = (), language: str | None = None) -> PageContent:
    word = PdfWord(text=text, left=0, right=1, baseline=0, size=11)
    page = PageContent(
        words=((word,),), rules=(), unreadable=text.count("\ufffd"), is_picture=False
    )
    return LigatureReader(others, language).page(page)


@pytest.mark.parametrize(
    ("drawn", "meant"),
    [
        ("e\ufffdciency", "efficiency"),
        ("(o\ufffdce),", "(office),"),
        ("\ufffdnd", "find"),
        ("state-of-the-art-e\ufffdort", "state-of-the-art-effort"),
    ],
)
def test_the_only_ligature_that_makes_a_word(drawn: str, meant: str) -> None:
    found = read(drawn)
    assert (found.words[0][0].text, found.unreadable) == (meant, 0)


@pytest.mark.parametrize("drawn", ["\ufffdat", "c\ufffdt", "\ufffd", "a\ufffd\ufffdb", "12\ufffd"])
def test_what_may_be_two_words_or_none_stays(drawn: str) -> None:
    found = read(drawn)
    assert (found.words[0][0].text, found.unreadable) == (drawn, drawn.count("\ufffd"))


def test_a_word_of_the_document_or_of_its_language() -> None:
    assert read("Ra\ufffdesia", others=("the rafflesia",)).words[0][0].text == "Rafflesia"
    assert read("Au\ufffdage", language="de").words[0][0].text == "Auflage"
