"""The question in a long text."""

from __future__ import annotations

from ragline_generator.passages.core_question import core_question

STORY = (
    "We moved here in spring, and since the shed, which is old, has no lock, my neighbour said, "
    "when we had tea with the people of the garden club, that there is some kind of rule about "
    "fences, so "
    "before I buy any wood I would like to know how high a garden fence may be in this street, "
    "because my sister, who lives in another town, was told to take hers down again."
)


def test_the_clause_that_asks_is_taken_from_a_story() -> None:
    assert core_question(STORY) == "how high a garden fence may be in this street?"


def test_a_short_question_stays() -> None:
    assert core_question("How high may a fence be?") == "How high may a fence be?"
