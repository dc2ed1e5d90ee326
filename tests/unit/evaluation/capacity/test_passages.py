"""Passages are real text in order, and recombined ones are made of their sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.capacity.passages import SourcePassage, passages_of, recombined

texts = st.text(alphabet="ab .!?\n", max_size=3_000)


@given(st.lists(st.tuples(st.text(max_size=5), texts), max_size=3))
def test_passages_hold_all_words_in_order(documents: list[tuple[str, str]]) -> None:
    words = [word for passage in passages_of(documents) for word in passage.text.split()]
    assert "".join(words) == "".join("".join(text.split()) for _, text in documents)


@given(texts)
def test_a_passage_is_no_longer_than_a_chunk(text: str) -> None:
    for passage in passages_of([("t", text)]):
        assert passage.text
        assert all(len(sentence) <= 800 for sentence in passage.sentences)
        assert sum(map(len, passage.sentences)) <= 800


def test_sentences_end_with_their_mark_and_titles_stay() -> None:
    (passage,) = passages_of([("Queues", "Version 3.12 is new. Is it? Yes")])
    assert passage == SourcePassage("Queues", ("Version 3.12 is new.", "Is it?", "Yes"))


def test_recombined_text_has_sentences_of_both_and_is_the_same_each_time() -> None:
    first = SourcePassage("a", tuple(f"a{n}." for n in range(40)))
    second = SourcePassage("b", tuple(f"b{n}." for n in range(40)))
    text = recombined([first, second], 0, 1, seed=5)
    assert text == recombined([first, second], 0, 1, seed=5)
    assert text != recombined([first, second], 0, 1, seed=6)
    assert set(text.split()) <= {*first.sentences, *second.sentences}
    assert 10 < sum(word.startswith("b") for word in text.split()) < 30
