"""Token F1 as SQuAD defines it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.token_overlap import token_f1, token_recall, without_citations, words


@pytest.mark.parametrize(
    ("answer", "reference", "f1", "recall"),
    [
        ("The cat sat.", "a cat sat", 1.0, 1.0),
        ("The cat sat [1].", "cat sat", 1.0, 1.0),
        ("cat", "cat sat", 2 / 3, 0.5),
        ("cat cat", "cat", 2 / 3, 1.0),
        ("dog", "cat", 0.0, 0.0),
        ("", "cat", 0.0, 0.0),
    ],
)
def test_examples(answer: str, reference: str, f1: float, recall: float) -> None:
    assert token_f1(answer, reference) == pytest.approx(f1)
    assert token_recall(answer, reference) == pytest.approx(recall)


@given(st.text(), st.text())
def test_it_is_bounded_and_full_for_the_same_words(one: str, other: str) -> None:
    assert 0 <= token_f1(one, other) <= 1
    assert token_f1(one, one) == 1


@given(st.lists(st.sampled_from(["cat", "dog", "sat"])), st.lists(st.sampled_from(["cat", "sat"])))
def test_the_order_of_arguments_does_not_matter(one: list[str], other: list[str]) -> None:
    assert token_f1(" ".join(one), " ".join(other)) == token_f1(" ".join(other), " ".join(one))


@pytest.mark.parametrize("answer", ["Cats[1] sat [2][3].", "Cats `[1]` sat [2]."])
def test_markers_part_words_and_are_none(answer: str) -> None:
    assert words(without_citations(answer)) == ["cats", "sat"]
