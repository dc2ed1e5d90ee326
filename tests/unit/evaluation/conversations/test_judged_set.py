from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ragline.errors import Misconfigured
from ragline_evaluation.conversations import judged_set
from ragline_evaluation.conversations.judged_set import SetPart, TurnKind

TURN = """
[[conversations]]
turns = [
  { text = "How do I write a queue in Go?" },
  { kind = "ellipsis", text = "and in C?", gold = "How do I write a queue in C?", \
holds = ["write|make", "C"], lacks = ["Go"] },
]
"""


def test_the_shipped_set_has_all_kinds_in_both_parts() -> None:
    turns = judged_set.read()
    assert len(turns) == len({turn.id for turn in turns}) == 120
    assert Counter(turn.language for turn in turns) == {
        "english": 48,
        "french": 24,
        "german": 24,
        "spanish": 24,
    }
    for part in SetPart:
        assert {turn.kind for turn in turns if turn.part is part} == set(TurnKind)
    assert all(turn.history for turn in turns)
    assert all(bool(turn.relevant) == (turn.language == "english") for turn in turns)


def test_every_gold_rewrite_is_right_by_its_words() -> None:
    assert [turn.id for turn in judged_set.read() if not turn.is_right(turn.gold)] == []


def test_words_are_found_where_they_begin_and_short_ones_only_whole(tmp_path: Path) -> None:
    (tmp_path / "english.toml").write_text(TURN)
    (turn,) = judged_set.read(tmp_path)
    assert turn.is_right("How do I write a queue in C?")
    assert turn.is_right("Making queues: how do I make one in c?")
    assert turn.is_right("How do I write what goes into a queue in C?")  # not "Go"
    assert not turn.is_right("How do I write a queue in Clojure?")
    assert not turn.is_right("How do I write a queue in Go, or in C?")
    assert not turn.is_right("How do I rewrite a queue in C?")


def test_every_third_conversation_is_held_back(tmp_path: Path) -> None:
    (tmp_path / "english.toml").write_text(TURN * 6)
    parts = [turn.part for turn in judged_set.read(tmp_path)]
    assert parts == [SetPart.TUNED, SetPart.TUNED, SetPart.HELD_BACK] * 2


@pytest.mark.parametrize(
    ("text", "words"),
    [(TURN.replace("ellipsis", "riddle"), "ellipsis"), ("conversations = [", "english.toml")],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "english.toml").write_text(text)
    with pytest.raises(Misconfigured, match=words):
        judged_set.read(tmp_path)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no conversations"):
        judged_set.read(tmp_path)
