"""How much of a reference answer a text holds."""

from __future__ import annotations

import pytest

from ragline_evaluation.compression.answer_recall import answer_recall, measurable


@pytest.mark.parametrize(
    ("text", "recall"),
    [
        ("It is played in Columbus, Ohio.", 1.0),
        ("It is played in columbus, near the OHIO river.", 0.0),
        ("He left Columbus. Ohio came later.", 1.0),
        ("Columbus", 0.0),
        ("", 0.0),
    ],
)
def test_a_fact_is_there_word_for_word_or_not(text: str, recall: float) -> None:
    assert answer_recall(text, "Columbus, Ohio") == recall


def test_part_of_a_word_is_not_the_word() -> None:
    assert answer_recall("in 20111", "2011") == 0


def test_of_a_longer_answer_each_content_word_counts_once() -> None:
    reference = "Click the button to create a row, then click the button again to create more rows."
    assert answer_recall("the button, the button: create", reference) == pytest.approx(2 / 5)
    assert answer_recall(reference, reference) == 1


@pytest.mark.parametrize("reference", [None, "", "yes", "No.", "the", "?"])
def test_what_cannot_be_looked_for(reference: str | None) -> None:
    assert not measurable(reference)


def test_what_can() -> None:
    assert measurable("a spirit")
    assert measurable("2011")
