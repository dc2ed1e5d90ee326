"""A row with its column names and caption."""

from __future__ import annotations

from ragline_generator.passages.table_rows import same_table, table_rows


def test_a_row_knows_the_names_of_its_columns_and_the_line_above_its_table() -> None:
    text = "Rooms in Berlin\n\n| Room | Seats |\n|---|---|\n| Oberon | 12 |\n| Puck | 5 |"

    oberon, puck = table_rows(text).values()

    assert (oberon.names, oberon.cells, oberon.caption) == (
        ("Room", "Seats"),
        ("Oberon", "12"),
        "Rooms in Berlin",
    )
    assert puck.text == "Room: Puck; Seats: 5"
    assert same_table(table_rows(text), puck) == [oberon, puck]


def test_tables_stand_apart_and_a_head_that_was_cut_off_is_not_made_up() -> None:
    rows = table_rows("| a | b |\n\nText.\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    first, second = rows.values()

    assert (first.names, second.names) == ((), ("x", "y"))
    assert same_table(rows, first) == [first]


def test_a_bar_behind_a_backslash_belongs_to_its_cell() -> None:
    [row] = table_rows("| Filter | Means |\n|---|---|\n| `a \\| b` | either |").values()

    assert row.text == "Filter: `a | b`; Means: either"
