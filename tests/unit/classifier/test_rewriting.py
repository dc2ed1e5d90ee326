from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.queries import Turn
from ragline_classifier.rewriting import HeuristicRewriter, standalone

INSTALL = "How do I install the CLI on macOS?"
QUEUE = "What is a quorum queue?"


def history(*turns: str) -> list[Turn]:
    """Turns that alternate between user and assistant."""
    return [
        Turn(role="user" if n % 2 == 0 else "assistant", text=text) for n, text in enumerate(turns)
    ]


@pytest.mark.parametrize(
    ("text", "earlier", "expected"),
    [
        ("and on Windows?", INSTALL, "How do I install the CLI on Windows?"),
        ("without sudo?", INSTALL, "How do I install the CLI on macOS without sudo?"),
        ("how about with docker?", INSTALL, "How do I install the CLI on macOS with docker?"),
        ("thanks, and for teams?", "How much is it?", "How much is it for teams?"),
        ("what about Linux?", INSTALL, "How do I install the CLI on Linux?"),
        (
            "What about laptops?",
            "Where do I bring a broken reader?",
            "Where do I bring broken laptops?",
        ),
        ("how about the queue?", "How do I reset the cache?", "How do I reset the queue?"),
        (
            "Where do I get one?",
            "How long does it take to get a new badge?",
            "Where do I get a new badge?",
        ),
        (
            "how do I buy one in Oslo?",
            "What does a ticket cost?",
            "how do I buy a ticket in Oslo?",
        ),
        ("and then?", INSTALL, f"{INSTALL} and then?"),
        ("why?", "Is the sky blue?", "Is the sky blue? why?"),
        ("For how long?", "How do I rest dough?", "How do I rest dough? For how long?"),
        ("tell me more", QUEUE, f"{QUEUE} tell me more"),
        ("And the price?", "Show the pro plan", "Show the pro plan. And the price?"),
        ("how do I undo that?", INSTALL, "how do I undo that (install the CLI on macOS)?"),
        ("what about it?", QUEUE, "what about a quorum queue?"),
        ("how do I declare it?", QUEUE, "how do I declare a quorum queue?"),
        ("what are its limits?", QUEUE, "what are a quorum queue's limits?"),
        ("How do they work?", "What are topics?", "How do topics work?"),
        ("is that safe?", "Can I delete the log?", "is that (delete the log) safe?"),
        (
            "how do I change that setting?",
            "Where is the dark mode?",
            "how do I change that (the dark mode) setting?",
        ),
        (
            "Why does it crash?",
            "I installed the new driver",
            "Why does it (I installed the new driver) crash?",
        ),
    ],
)
def test_a_follow_up_takes_the_topic_of_the_earlier_question(
    text: str, earlier: str, expected: str
) -> None:
    assert standalone(text, history(earlier, "An answer.")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wie lange gilt der?", "Wie lange gilt der (Parkausweis)?"),
        ("Und was kostet er?", "Und was kostet er (Parkausweis)?"),
        ("wo bekomme ich den?", "wo bekomme ich den (Parkausweis)?"),
        ("Wie lange gilt der Vertrag?", "Wie lange gilt der Vertrag?"),
        ("Wie spät ist es, wenn der Laden schließt?", "Wie spät ist es, wenn der Laden schließt?"),
        ("Ist es möglich, dass sie kommen?", "Ist es möglich, dass sie kommen?"),
    ],
)
def test_a_german_pronoun_takes_the_noun_of_the_earlier_question(text: str, expected: str) -> None:
    earlier = history("Wie bekomme ich einen Parkausweis?", "Von der Hausverwaltung.")
    assert standalone(text, earlier) == expected


@pytest.mark.parametrize(
    "text",
    [
        "What is a dead letter exchange?",
        "How do I reset my password?",
        "so how do I reset my password?",
        "is it possible to reset my password?",
        "how long does it take to renew a passport?",
        "My card is blocked, how do I unblock it?",
        "What does IT support cost?",
        "how do I make sure that the queue is durable?",
        "how do I cancel my order this week?",
        "In which year did the Ottoman Empire fall?",
        "TypeError: 'int' object is not iterable",
        "release notes 4.1",
        "Which one of the plans has support?",
        "Is one instance enough?",
    ],
)
def test_a_question_of_its_own_is_left_alone(text: str) -> None:
    assert standalone(text, history(QUEUE, "An answer.", INSTALL, "Another.")) == text


def test_a_topic_survives_several_follow_ups() -> None:
    turns = history(QUEUE, "…", "How do I declare it?", "…")
    assert standalone("and in Java?", turns) == "How do I declare a quorum queue in Java?"


def test_a_new_question_ends_the_old_topic() -> None:
    turns = history(QUEUE, "…", "What is a stream?", "…")
    assert standalone("how do I declare it?", turns) == "how do I declare a stream?"


@pytest.mark.parametrize("text", ["and on Windows?", "how do I undo that?", "why?"])
def test_without_an_earlier_question_nothing_is_invented(text: str) -> None:
    assert standalone(text, []) == text
    assert standalone(text, [Turn(role="assistant", text="Hello, how can I help?")]) == text
    assert standalone(text, [Turn(role="user", text="  ")]) == text


def test_a_long_question_stands_alone() -> None:
    text = "It fails like this: " + "some words of a log " * 50
    assert standalone(text, history(QUEUE)) == text


def test_a_huge_earlier_turn_is_cut() -> None:
    assert len(standalone("why?", history("long " * 5_000))) < 400


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_any_text_gives_a_result_and_the_same_one_again(text: str, turns: list[str]) -> None:
    first = standalone(text, history(*turns))
    assert first == standalone(text, history(*turns))
    assert bool(first.strip()) or not text.strip()


SAID = """
and on it its that the other one second no, I mean what about between or ( ) ? . ¿ Linux queue a
broken und der andere zweite im mit Nein, ich meine dafür zwischen Haus et celle du le faire l'autre
entre non, combien -t-il y la del lo eso otro por cómo hacerlo
"""
# words that the rules of the four languages look for
WORDS = st.sampled_from(SAID.split())


@given(
    st.lists(WORDS, max_size=12).map(" ".join),
    st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=9),
)
def test_what_is_added_is_bounded(text: str, turns: list[str]) -> None:
    asked = [Turn(role="user", text=turn * 20) for turn in turns]
    assert len(standalone(text, asked)) <= len(text) + 600


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("how do I undo that?", INSTALL),
        ("Was kostet der?", "Wie bekomme ich einen Parkausweis?"),
        ("Combien coûte-t-il ?", "Comment obtenir un badge ?"),
        ("¿Dónde lo pago?", "¿Cuánto cuesta el permiso?"),
    ],
)
def test_a_completed_question_is_not_completed_again(text: str, earlier: str) -> None:
    once = standalone(text, history(earlier))
    assert once != text
    assert standalone(once, history(earlier)) == once


async def test_the_rewriter_reports_no_degradation() -> None:
    rewrite = await HeuristicRewriter().rewrite("why?", history(QUEUE), timeout=0.0)
    assert (rewrite.text, rewrite.degradations) == (f"{QUEUE} why?", ())
