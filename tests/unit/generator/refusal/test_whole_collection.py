"""What a few passages cannot answer."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline.contracts.queries import Passage
from ragline_generator.passages.ranking import rank
from ragline_generator.refusal.whole_collection import asks_for_all

SUPPLIERS = [
    make_passage(
        f"{name} delivers {goods}. The contract with {name} runs until {year}.",
        chunk=name,
        title=f"Supplier {name}",
    )
    for name, goods, year in (
        ("Abel", "screws", 2027), ("Clara", "wood", 2026), ("Ivan", "valves", 2031),
        ("Lena", "ropes", 2026),
    )
]  # fmt: skip
ROOMS = make_passage(
    "| Room | Seats |\n|---|---|\n| Oberon | 12 |\n| Titania | 6 |\n| Puck | 5 |", title="Rooms"
)


def needs_all(question: str, *passages: Passage) -> bool:
    return asks_for_all(question, passages, rank(question, passages))


@pytest.mark.parametrize(
    "question",
    [
        "How many suppliers do we have?",
        "List all suppliers",
        "Which contracts run until 2026?",
        "Which supplier has the longest contract?",
        "How many documents are there?",
        "What changed last week?",
    ],
)
def test_counting_listing_and_comparing_needs_them_all(question: str) -> None:
    assert needs_all(question, *SUPPLIERS)


@pytest.mark.parametrize(
    "question", ["When does the contract with Ivan end?", "What does Clara deliver?"]
)
def test_a_question_about_one_of_them_does_not(question: str) -> None:
    assert not needs_all(question, *SUPPLIERS)


def test_what_a_passage_states_need_not_be_counted() -> None:
    stated = make_passage("We have 12 suppliers. The longest contract is that with Ivan.")

    assert not needs_all("How many suppliers do we have?", *SUPPLIERS, stated)
    assert not needs_all("Which supplier has the longest contract?", *SUPPLIERS, stated)
    assert not needs_all("How many seats does Oberon have?", ROOMS)


def test_the_greatest_of_a_table_is_in_no_row() -> None:
    assert needs_all("Which room has the most seats?", ROOMS)


def test_a_number_of_something_else_is_no_count() -> None:
    huts = [
        make_passage(f"The hut {name} has {beds} beds.", chunk=name, title=f"Hut {name}")
        for name, beds in (("Ida", 4), ("Ute", 6), ("Eva", 9))
    ]
    question = "How many huts do we have?"

    assert asks_for_all(question, huts, rank(question, huts))
    assert not asks_for_all("How many beds has Ida?", huts, rank("How many beds has Ida?", huts))
