"""Names of several words in a question, and whether a passage has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.questions.terms import sequence
from ragline_generator.refusal.proper_names import holds, proper_names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("In which series did Ada Fuller play?", [("ada", "fuller")]),
        ("Which Ada Fuller series ended?", [("ada", "fuller")]),
        ("Who was the Duke of Wellington?", [("duke", "wellington")]),
        ('Who wrote "death of a hero"?', [("death", "hero")]),
        ("Is Erlang needed?", []),
        ("Where is Paris?", []),
        ("", []),
    ],
)
def test_a_name_has_several_words(question: str, names: list[tuple[str, ...]]) -> None:
    assert list(proper_names(question)) == names


def test_in_a_title_capital_letters_name_nothing() -> None:
    assert proper_names("How to Install Latest RabbitMQ on Debian and Ubuntu") == ()


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Ada Fuller plays in it.", True),
        ("Fuller, Ada: an actor.", True),
        ("Ada Alan Fuller plays in it.", True),
        ("The Ada Pearson Show is hosted by a quarterback.", False),
        ("Ada Pearson plays in it, and so does, much later in the series, Samuel Fuller.", False),
        ("", False),
    ],
)
def test_the_words_of_a_name_stand_close_together(text: str, held: bool) -> None:
    assert holds(("ada", "fuller"), sequence(text)) is held


@given(st.text(max_size=200))
def test_any_text_has_names_of_at_least_two_words(question: str) -> None:
    found = proper_names(question)

    assert all(len(name) > 1 for name in found)
    assert len(set(found)) == len(found)


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=4))
def test_a_text_holds_the_name_that_it_consists_of(name: list[str]) -> None:
    assert holds(name, name)
