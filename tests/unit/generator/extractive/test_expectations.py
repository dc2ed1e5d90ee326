"""What form an answer's sentence has."""

from __future__ import annotations

import pytest

from ragline.contracts.plan import Intent
from ragline_generator.extractive.expectations import expectation


@pytest.mark.parametrize(
    ("question", "intent", "sentence"),
    [
        ("How do I reset a node?", Intent.PROCEDURAL, "To reset a node, run reset."),
        ("How do I reset a node?", Intent.PROCEDURAL, "Run this command:"),
        ("What is a dead letter exchange?", Intent.FACTUAL, "A dead letter exchange is normal."),
        ("What are quorum queues?", Intent.FACTUAL, "Quorum queues are replicated."),
        ("How many members are needed?", Intent.FACTUAL, "It needs 3 members."),
        ("What is the default timeout?", Intent.FACTUAL, "It is 60 seconds by default."),
        ("What port does it use?", Intent.FACTUAL, "It listens on 15672."),
    ],
)
def test_a_sentence_of_the_expected_form_counts_more(
    question: str, intent: Intent, sentence: str
) -> None:
    assert expectation(question, intent).factor(sentence) > 1.0


@pytest.mark.parametrize(
    ("question", "intent", "sentence"),
    [
        ("How do I reset a node?", Intent.PROCEDURAL, "Nodes were reset."),
        ("What is an exchange?", Intent.FACTUAL, "Messages go to an exchange."),
        ("How many members are needed?", Intent.FACTUAL, "It needs members."),
        ("Wie viele Knoten gibt es?", Intent.FACTUAL, "Es gibt 3 Knoten."),
        ("What is the reason that nodes do not start?", Intent.FACTUAL, "The reason is clear."),
    ],
)
def test_any_other_counts_no_more(question: str, intent: Intent, sentence: str) -> None:
    assert expectation(question, intent).factor(sentence) <= 1.0


def test_a_number_written_out_in_chinese_or_japanese_is_one() -> None:
    for question in ("再発行はいくらですか", "多少天？"):
        fit = expectation(question, Intent.FACTUAL).factor

        assert fit("千円かかります。") > fit("総務部で発行します。")


def test_who_is_answered_by_a_name() -> None:
    fit = expectation("Who leads the guild?", Intent.FACTUAL).factor

    assert fit("The guild is led by Farah Aziz.") > fit("The guild is a group of analysts.")
