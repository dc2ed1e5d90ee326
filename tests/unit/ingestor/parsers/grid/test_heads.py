"""What the first rows of a table are."""

from __future__ import annotations

import pytest

from ragline_ingestor.parsers.grid.cells import Cell, Row
from ragline_ingestor.parsers.grid.heads import is_form, layout


def rows(*texts: str) -> list[Row]:
    """Rows of cells between bars; an empty one is none."""
    return [
        Row(
            number,
            {
                column: Cell(text.strip(), number, column)
                for column, text in enumerate(line.split("|"), start=1)
                if text.strip()
            },
        )
        for number, line in enumerate(texts, start=1)
    ]


def test_the_first_row_names_the_columns_unless_it_holds_values() -> None:
    assert layout(rows("name|qty", "a|1", "b|2")).names == {1: "name", 2: "qty"}
    assert layout(rows("a|1", "b|2")).names == {}


@pytest.mark.parametrize(
    "value", ["12", "-3,5", "1.234,50 €", "€ 5", "EUR 12", "15 %", "2024-01-05", "12 kg", "10:30"]
)
def test_values_name_no_column(value: str) -> None:
    assert Cell(value, 1, 1).is_value


@pytest.mark.parametrize("name", ["B-108", "Q1", "price EUR", "1st quarter", "No.", "m²"])
def test_names_are_no_values(name: str) -> None:
    assert not Cell(name, 1, 1).is_value


def test_statements_above_a_wide_table_are_not_its_names() -> None:
    found = layout(rows("Author|Ana", "a|b|c|d|e|f", "1|2|3|4|5|6"))
    assert [row.number for row in found.above] == [1]
    assert found.names[6] == "f"


def test_a_name_over_several_columns_stands_before_those_below_it() -> None:
    year, region = Cell("2025", 1, 2), Cell("Region", 1, 1)
    head = Row(1, {1: region, 2: year, 3: year})
    below = Row(2, {1: region, 2: Cell("Q1", 2, 2), 3: Cell("Q2", 2, 3)})
    found = layout([head, below, *rows("", "", "North|5|7")[2:]])
    assert found.names == {1: "Region", 2: "2025 Q1", 3: "2025 Q2"}
    assert [row.number for row in found.body] == [3]


def test_a_form_has_texts_and_values_in_one_column() -> None:
    assert is_form(rows("Customer|Acme", "Invoice|4711", "City|Porto"))
    assert is_form(rows("Name:|Ana", "City:|Porto"))
    assert not is_form(rows("name|qty", "a|1", "b|2"))
    assert not is_form(rows("name|city", "Ana|Porto", "Ben|Lagos"))
