"""Of several editions the current one counts."""

from __future__ import annotations

import pytest
from tests.unit.generator.conftest import make_passage

from ragline_generator.passages.editions import outdated

POLICIES = [
    make_passage(f"From {year} on.", chunk=str(year), title=f"Home office policy {year}")
    for year in (2023, 2024, 2026)
]


@pytest.mark.parametrize(
    ("question", "year", "old"),
    [
        ("How many days of home office are allowed?", 2026, {0, 1}),
        ("How many days of home office are allowed?", 2025, {0}),
        ("How many days were allowed in 2024?", 2026, set()),
        ("What changed in the home office policy since 2024?", 2026, {0, 1}),
        ("How did the policy change?", 2026, set()),
    ],
)
def test_the_newest_up_to_this_year_is_kept(question: str, year: int, old: set[int]) -> None:
    assert outdated(question, POLICIES, year=year) == old


def test_documents_on_other_subjects_are_no_editions() -> None:
    other = make_passage("Trips.", chunk="t", title="Travel policy 2020")

    assert not outdated("policy", [other, POLICIES[2]], year=2026)
