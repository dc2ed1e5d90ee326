"""Claims about tables: what one row says is supported, other rows' and columns' cells are not."""

from __future__ import annotations

from random import Random

import pytest
from tests.unit.generator.validation.random_tables import WORDINGS, random_table
from tests.unit.generator.validation.test_support import excerpt, supported

from ragline.contracts.answers import ClaimProblem
from ragline_generator.passages.context import Excerpt

ROOMS = excerpt(
    "Rooms in Berlin:\n\n"
    "| Room | Seats | Floor | Projector |\n|---|---|---|---|\n"
    "| Oberon | 12 | 3 | yes |\n| Titania | 6 | 4 | no |\n| Puck | 5 | 3 | - |\n",
    title="Meeting rooms",
)
PLANS = excerpt(
    "| Plan | Price | Price per month | Storage |\n|---|---|---|---|\n"
    "| Basic | 60 EUR | 5 EUR | 10 GB |\n| Pro | 240 EUR | 20 EUR | 200 GB |\n"
)


def holds(claim: str, table: Excerpt = ROOMS) -> bool:
    found = supported(claim, table)
    return found.problem is None and found.score >= 0.6


@pytest.mark.parametrize(
    "claim",
    [
        "Room: Oberon; Seats: 12; Floor: 3; Projector: yes",
        "Oberon has 12 seats.",
        "Oberon has twelve seats.",
        "The meeting room Oberon in Berlin has 12 seats.",
        "There are 12 seats in Oberon, which is on floor 3.",
        "Oberon has 12 seats and Titania 6.",
        "Oberon and Puck are on floor 3.",
        "Titania has no projector.",
        "Puck does not have a projector.",
        "Oberon has a projector.",
    ],
)
def test_the_cells_of_a_row_support_a_claim_with_their_column_names(claim: str) -> None:
    assert holds(claim)


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        ("Oberon has 6 seats.", ClaimProblem.NUMBER),
        ("Oberon has six seats.", ClaimProblem.NUMBER),
        ("Oberon has 3 seats.", ClaimProblem.NUMBER),
        ("Oberon has 13 seats.", ClaimProblem.NUMBER),
        ("Titania has 12 seats.", ClaimProblem.NUMBER),
        ("Room: Oberon; Seats: 3; Floor: 12", ClaimProblem.NUMBER),
        ("Oberon has 6 seats and Titania 12.", ClaimProblem.NUMBER),
        ("Oberon and Titania are on floor 3.", ClaimProblem.NUMBER),
        ("Oberon does not have 12 seats.", ClaimProblem.NEGATION),
        ("Titania has a projector.", ClaimProblem.NEGATION),
    ],
)
def test_a_cell_of_another_row_or_column_does_not(claim: str, problem: ClaimProblem) -> None:
    assert supported(claim, ROOMS).problem is problem


def test_a_column_name_inside_another_one_is_not_named_by_it() -> None:
    assert holds("The price per month of Basic is 5 EUR.", PLANS)
    assert holds("The price of Basic is 60 EUR.", PLANS)
    assert not holds("The price per month of Basic is 60 EUR.", PLANS)


def test_a_number_with_the_unit_of_another_cell_is_not_this_cells() -> None:
    assert holds("Basic includes 10 GB.", PLANS)
    assert not holds("The storage of Basic is 10 EUR.", PLANS)


def test_the_rows_of_a_table_whose_head_was_cut_off_still_stand_apart() -> None:
    rest = excerpt("| Oberon | 12 seats |\n| Titania | 6 seats |")

    assert holds("Oberon has 12 seats.", rest)
    assert not holds("Oberon has 6 seats.", rest)


@pytest.mark.parametrize("seed", range(3))
def test_of_random_tables_true_statements_pass_and_exchanged_ones_fail(seed: int) -> None:
    random = Random(seed)
    true, false = [], []
    for _ in range(6):
        table = random_table(random)
        cited = excerpt(table.markdown, title="Overview")
        true += [holds(claim, cited) for claim in table.true(WORDINGS)]
        false += [holds(claim, cited) for claim in table.false(WORDINGS)]

    assert sum(true) >= 0.98 * len(true)
    assert sum(false) <= 0.05 * len(false)
