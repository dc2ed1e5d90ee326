"""How a quoted sentence begins where the one before it is not quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_generator.extractive.openings import points_back, without_connective


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("However, the packages are old.", "The packages are old."),
        ("Alternatively, take it from the archive.", "Take it from the archive."),
        ("As mentioned in the guide on keys, TLS has two uses.", "TLS has two uses."),
        ("For example, set the limit to 10.", "Set the limit to 10."),
        ("However you start it, it waits.", "However you start it, it waits."),
        ("However, `rabbitmqctl` waits.", "However, `rabbitmqctl` waits."),
        ("Nodes wait; however, clients do not.", "Nodes wait; however, clients do not."),
        ("However, ", "However, "),
        ("", ""),
    ],
)
def test_a_connective_points_to_what_is_not_quoted(text: str, left: str) -> None:
    assert without_connective(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "It also keeps the messages.",
        "They survive a restart.",
        "This makes policies read-only.",
        "This is a common mistake.",
        "Then use the command on another node.",
        "Otherwise the node fails.",
        "Due to this behaviour, consumers must wait.",
        "However, they wait.",
    ],
)
def test_a_pronoun_needs_the_sentence_before(text: str) -> None:
    assert points_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is possible to encrypt connections.",
        "It is **impossible** to disable a feature flag.",
        "It is not necessary to restart.",
        "This guide covers clustering.",
        "This is a reference page for the interface.",
        "However, queues wait.",
        "Item 4 waits.",
        "",
    ],
)
def test_what_stands_alone_points_to_nothing(text: str) -> None:
    assert not points_back(text)


@given(st.text(max_size=80))
def test_what_is_left_is_the_end_of_the_text(text: str) -> None:
    assert text[1:].endswith(without_connective(text)[1:])
