"""Further English follow-ups than those of `test_rewriting.py`."""

from __future__ import annotations

import pytest
from tests.unit.classifier.followups.conversation import last_of

TLS = "How do I enable TLS on Linux?"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((TLS, "no, on Windows"), "How do I enable TLS on Windows?"),
        ((TLS, "Sorry, I meant on a Mac"), "How do I enable TLS on a Mac?"),
        ((TLS, "for the console, I mean"), "How do I enable TLS on Linux for the console?"),
        ((TLS, "I mean LDAP"), "How do I enable LDAP on Linux?"),
        (("How do I reset the cache?", "no, the queue"), "How do I reset the queue?"),
    ],
)
def test_a_correction_changes_what_it_names(asked: tuple[str, ...], expected: str) -> None:
    assert last_of(*asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((TLS, "And LDAP?"), "How do I enable LDAP on Linux?"),
        ((TLS, "what about macOS?"), "How do I enable TLS on macOS?"),
        ((TLS, "between brokers?"), "How do I enable TLS on Linux between brokers?"),
        (
            (TLS, "between brokers?", "and for clients?"),
            "How do I enable TLS on Linux for clients?",
        ),
        (
            ("What are exchanges?", "How do they route?", "and default bindings?"),
            "How do default bindings route?",
        ),
    ],
)
def test_another_thing_takes_the_place_of_its_like(asked: tuple[str, ...], expected: str) -> None:
    assert last_of(*asked) == expected


def test_one_of_a_pair_is_meant_by_its_place_and_the_other_one_by_a_correction() -> None:
    asked = ("What is the difference between topics and streams?", "How do I delete the former?")
    assert last_of(*asked) == "How do I delete topics?"
    assert last_of(*asked, "No, the other one.") == "How do I delete streams?"
    assert last_of(asked[0], "How do I delete streams?", "no, the other one") == (
        "How do I delete topics?"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Something else: how does it start?",
        "Which connections does RabbitMQ close for its clients?",
        "Why did this transfer take two days?",
        "It seems that my order is late",
        "Is it important to sign the form?",
        "If a card expires do I have to return it?",
        "no, I want to know how the broker stores messages on disk",
        "And what is a stream?",
        "what if my card does not arrive on Friday?",
    ],
)
def test_a_question_of_its_own_is_left_alone(text: str) -> None:
    assert last_of(TLS, text) == text
