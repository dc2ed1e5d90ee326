"""Numbered things in a question, found in the passages."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline_generator.passages.references import Reference, references, referred

REPORTS = make_passage(
    "Report 811\n\nThe roof is new.\n\nReport 812\n\nThe cellar is wet.", title="Report 811"
)
LAW = make_passage("1. Scope\n\nIt holds here.\n\n2. Duty\n\nPay.\n\n2.1 Delay\n\nPay more.")
PLAIN = make_passage("Opening\n\nLift the lid.\n\nClosing\n\nDrop the lid.")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What does report 812 say?", ("report", "812")),
        ("What does report no. 812 say?", ("report", "812")),
        ("What is § 4.2 about?", ("§", "4.2")),
        ("Who owns ticket KB-204?", ("ticket", "kb-204")),
    ],
)
def test_a_kind_and_its_number_are_a_reference(question: str, found: tuple[str, str]) -> None:
    assert references(question) == (Reference(*found),)


@pytest.mark.parametrize("question", ["What happened in 2024?", "Is IPv6 used?", "Who has 5 cars?"])
def test_other_numbers_are_none(question: str) -> None:
    assert references(question) == ()


@pytest.mark.parametrize(
    ("reference", "passage", "texts"),
    [
        (Reference("report", "812"), REPORTS, ["Report 812", "The cellar is wet."]),
        (Reference("report", "811"), REPORTS, ["Report 811", "The roof is new."]),
        (Reference("section", "2"), LAW, ["2. Duty", "Pay.", "2.1 Delay", "Pay more."]),
        (Reference("section", "2"), PLAIN, ["Closing", "Drop the lid."]),
    ],
)
def test_what_stands_under_its_title_is_found(
    reference: Reference, passage: object, texts: list[str]
) -> None:
    assert isinstance(passage, type(REPORTS))
    places = referred(reference, [passage]).places

    assert places is not None
    assert all(any(passage.text.startswith(text, at) for at in places[0]) for text in texts)
    assert len(places[0]) == len(texts)


@pytest.mark.parametrize(
    ("reference", "absent"),
    [
        (Reference("report", "899"), True),
        (Reference("section", "7"), True),
        (Reference("ticket", "3"), False),
    ],
)
def test_one_of_a_known_kind_that_is_nowhere_is_absent(
    reference: Reference, *, absent: bool
) -> None:
    found = referred(reference, [REPORTS])

    assert found.places is None
    assert found.absent is absent


def test_a_range_may_hold_the_number() -> None:
    passage = make_passage("It runs on core 1.27 to 1.31. Core 1.26 is too old.")

    assert not referred(Reference("core", "1.29"), [passage]).absent
