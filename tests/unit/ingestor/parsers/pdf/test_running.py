"""What repeats at the edges of pages is told once, and nothing else is lost."""

from __future__ import annotations

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.unit.ingestor.parsers.pdf.conftest import TOP, Draw, blocks_of, column, page, read

from ragline_ingestor.document import BlockKind

BODIES = ("Dogs stay outside.", "Fires are forbidden.", "Bicycles are pushed.", "Music is fine.")


def _read(header: str, footer: str = "") -> list[str]:
    def numbered(number: int, body: str) -> Draw:
        def draw(canvas: Canvas) -> None:
            column(canvas, [header.format(number)])
            column(canvas, [body], top=TOP - 50 - 10 * number)
            column(canvas, [footer.format(number)], top=40)

        return draw

    document = read(*(numbered(n, body) for n, body in enumerate(BODIES, 1)))
    return [text for _, text in blocks_of(document)]


def test_a_text_that_repeats_is_told_once() -> None:
    assert _read("Park rules of Marlow", "Town hall") == [
        "Park rules of Marlow",
        *BODIES,
        "Town hall",
    ]


@pytest.mark.parametrize(
    "footer", ["{}", "Page {}", "- {} -", "Page {} of 4", "{} / 4", "Seite {}", "p. {}"]
)
def test_page_numbers_are_left_out(footer: str) -> None:
    assert _read("Rules", footer) == ["Rules", *BODIES]


def test_a_page_number_beside_a_text_that_repeats_is_left_out() -> None:
    assert _read("Rules", "Town hall | Page {}") == ["Rules", *BODIES, "Town hall"]


@pytest.mark.parametrize("header", ["Invoice 471{}", "Article {}", "Room {} of the castle"])
def test_a_number_that_is_none_of_a_page_makes_a_title(header: str) -> None:
    assert _read(header) == [
        text for n, body in enumerate(BODIES, 1) for text in (header.format(n), body)
    ]


def test_titles_are_headings() -> None:
    pages = [page(f"Invoice {n}", f"Total: {n}.50 EUR") for n in (4711, 4712, 4713)]
    kinds = [kind for kind, _ in blocks_of(read(*pages))]
    assert kinds == [BlockKind.HEADING, BlockKind.PARAGRAPH] * 3


def test_two_pages_do_not_say_what_repeats() -> None:
    document = read(*[page("Rules", "Dogs stay outside.")] * 2)
    assert document.text.count("Rules") == 2
