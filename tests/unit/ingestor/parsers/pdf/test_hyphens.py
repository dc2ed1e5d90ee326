"""Hyphens at line ends: some part a word, some are the word's own."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.pdf.hyphens import LineJoiner


@pytest.mark.parametrize(
    ("before", "after", "both"),
    [
        ("The tests are long-", "term and", "The tests are long-term and"),
        ("a state-of-the-", "art pump", "a state-of-the-art pump"),
        ("A re-", "calibration", "A recalibration"),
        ("the con-", "figuration", "the configuration"),
        ("a well-", "known name", "a well-known name"),
        ("the X-", "ray", "the X-ray"),
        ("Covid-", "19 rules", "Covid-19 rules"),
        ("input-", "and output files", "input- and output files"),
        ("a soft\u00ad", "ware", "a software"),
        ("no hyphen", "here", "no hyphen here"),
        ("日本語の", "文章です", "日本語の文章です"),
    ],
)
def test_english(before: str, after: str, both: str) -> None:
    assert LineJoiner([before, after], "en")(before, after) == both


@pytest.mark.parametrize(
    ("before", "after", "both"),
    [
        ("die Kalibrie-", "rung", "die Kalibrierung"),
        ("die E-Mail-", "Adresse", "die E-Mail-Adresse"),
        ("Haupt-", "und Nebeneingang", "Haupt- und Nebeneingang"),
        ("das Haus-", "tier", "das Haustier"),
    ],
)
def test_german(before: str, after: str, both: str) -> None:
    assert LineJoiner([before, after], "de")(before, after) == both


def test_the_document_knows_its_own_words() -> None:
    lines = ["The foo-", "bar is a foobar.", "A set-", "up is a set-up."]
    join = LineJoiner(lines, "en")
    assert join.all(lines) == "The foobar is a foobar. A set-up is a set-up."


def test_without_a_dictionary_a_hyphen_parts_a_word() -> None:
    assert LineJoiner([], "fi")("hyvin-", "vointi") == "hyvinvointi"
