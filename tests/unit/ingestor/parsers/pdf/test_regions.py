"""Columns one after the other, tables by row."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle
from tests.unit.ingestor.parsers.pdf.conftest import TOP, Draw, blocks_of, column, read

from ragline_ingestor.document import BlockKind

LEFT = [
    "Tulsa bread is baked every",
    "morning at four o'clock and",
    "costs 3.20 EUR a loaf since",
    "the flour became dearer in",
    "the spring of this year.",
    "It is sold out by noon.",
]
RIGHT = [
    "Wexford ovens are made in",
    "Ireland and come with a",
    "guarantee of five years if",
    "they are serviced once a",
    "year by a trained person.",
    "Spare parts are in stock.",
]
ROWS = [
    ["Product", "Q1", "Q2", "Q3"],
    ["Basalt", "100", "120", "140"],
    ["Slate", "", "70", "88"],
    ["Marble", "12", "", "9"],
    ["Granite rough", "1,204", "7", ""],
]
RULE = "--- | --- | --- | ---"


def _as_text(rows: list[list[str]]) -> str:
    head, *others = (" | ".join(row) for row in rows)
    return "\n".join([head, RULE, *others]).rstrip()


def _table(rows: list[list[str]], *style: tuple[object, ...], top: float = TOP) -> Draw:
    return lambda canvas: _draw_table(canvas, rows, style, top)


def _draw_table(
    canvas: Canvas, rows: list[list[str]], style: Sequence[tuple[object, ...]], top: float
) -> None:
    table = Table(rows, style=TableStyle(style))
    _, height = table.wrapOn(canvas, 500, 700)
    table.drawOn(canvas, 50, top - height)


@pytest.mark.parametrize("row_by_row", [False, True], ids=["column-wise", "row-wise"])
def test_columns_follow_each_other_however_they_were_drawn(row_by_row: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        pieces = [(x, n, t) for x, c in ((50, LEFT), (330, RIGHT)) for n, t in enumerate(c)]
        for x, n, text in sorted(pieces, key=lambda p: p[1:2]) if row_by_row else pieces:
            canvas.drawString(x, TOP - 14 * n, text)

    assert read(draw).text.split() == " ".join([*LEFT, *RIGHT]).split()


def test_columns_of_other_line_heights_below_a_line_across_both() -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, ["A line of text that stands above both of the columns, across the page"])
        column(canvas, LEFT, top=TOP - 30)
        canvas.setFont("Helvetica", 11)
        for number, line in enumerate(RIGHT):
            canvas.drawString(330, TOP - 35 - 16.3 * number, line)

    words = read(draw).text.split()
    assert words[14:] == " ".join([*LEFT, *RIGHT]).split()


@pytest.mark.parametrize(
    "style",
    [
        (),
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black)],
        [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black), ("ALIGN", (1, 0), (-1, -1), "RIGHT")],
        [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.white, colors.lightgrey])],
    ],
    ids=["plain", "grid", "ruled head", "shaded"],
)
def test_a_tables_empty_cells_keep_their_columns(style: list[tuple[object, ...]]) -> None:
    assert blocks_of(read(_table(ROWS, *style))) == [(BlockKind.TABLE, _as_text(ROWS))]


def test_a_heading_above_and_a_line_below_are_no_rows() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(50, TOP, "Sales of stone in the whole of the country, in units")
        _draw_table(canvas, ROWS, (), TOP - 20)
        column(canvas, ["All of these figures were counted twice."], top=TOP - 200)

    kinds = [kind for kind, _ in blocks_of(read(draw))]
    assert kinds == [BlockKind.HEADING, BlockKind.TABLE, BlockKind.PARAGRAPH]


def test_cells_of_several_lines_are_one_row() -> None:
    rows = [
        ["Code", "Meaning", "Action"],
        ["E-11", "The pump does not reach\nits pressure in time", "Check the valve"],
        ["E-12", "The sensor is wet", "Dry it with a cloth\nand start once more"],
        ["E-13", "No current", ""],
    ]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    [(kind, text)] = blocks_of(read(_table(rows, *grid)))
    assert kind is BlockKind.TABLE
    assert text.split("\n")[2:] == [
        "E-11 | The pump does not reach its pressure in time | Check the valve",
        "E-12 | The sensor is wet | Dry it with a cloth and start once more",
        "E-13 | No current |",
    ]


def test_a_table_goes_on_over_a_page_without_its_head_in_between() -> None:
    first, second = ROWS[:3], [ROWS[0], *ROWS[3:]]
    document = read(_table(first), _table(second))
    assert blocks_of(document) == [(BlockKind.TABLE, _as_text(ROWS))]


def test_labels_and_values_are_lines() -> None:
    rows = [["Name:", "Ingrid Solberg"], ["Date of birth:", "3 May 1980"], ["Club:", "Skagen"]]
    assert read(_table(rows)).text.split("\n") == [" ".join(row) for row in rows]


def test_the_marks_of_a_list_are_no_column() -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, ["1.", "2.", "3."])
        column(canvas, ["Close the valve.", "Wait a minute.", "Open it."], x=80)

    items = ["1. Close the valve.", "2. Wait a minute.", "3. Open it."]
    assert blocks_of(read(draw)) == [(BlockKind.LIST, item) for item in items]


@pytest.mark.parametrize("seed", range(6))
def test_random_tables_keep_each_cell_in_its_row_and_column(seed: int) -> None:
    chance = random.Random(seed)
    width, height = chance.randint(2, 6), chance.randint(3, 12)
    rows = [["Name", *(f"Col{n}" for n in range(1, width))]]
    for number in range(height):
        cells = (str(chance.randint(0, 9_999)) for _ in range(1, width))
        # at least one cell beside the first
        kept = [chance.random() < 0.7 or n == number % (width - 1) for n in range(width - 1)]
        rows.append([f"Row{number}", *(c if k else "" for c, k in zip(cells, kept, strict=True))])
    lines = read(_table(rows)).text.split("\n")
    assert [line.rstrip() for line in (lines[0], *lines[2:])] == [
        " | ".join(row).rstrip() for row in rows
    ]
