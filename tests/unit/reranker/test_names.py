"""Names, titles and codes are found as they are written."""

from __future__ import annotations

import pytest

from ragline_reranker.names import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a story written by Dale Brown, a captain.", ["Dale Brown"]),
        ("from Rio de Janeiro to the Bank of England.", ["Rio de Janeiro", "Bank of England"]),
        ("it is known for “Act of War”", ["Act of War"]),
        (
            "set `broker.toml` or max_retries, see ERR-4711.",
            ["broker.toml", "max_retries", "ERR-4711"],
        ),
        ("wie Ægir Øst und Sergio Agüero", ["Ægir Øst und Sergio Agüero"]),
        ("in 2007, no name at all: 42.", []),
        ("日本語の文", []),
    ],
)
def test_names_stand_in_order(text: str, names: list[str]) -> None:
    assert [found.name for found in names_in(text)] == names


def test_a_name_knows_its_sentence_and_whether_that_may_be_why_it_is_capitalised() -> None:
    text = "published by Atari. Games by Dale Brown"
    assert [(found.name, found.sentence, found.begins) for found in names_in(text)] == [
        ("Atari", "published by Atari.", False),
        ("Games", "Games by Dale Brown", True),
        ("Dale Brown", "Games by Dale Brown", False),
    ]
