"""All that a reader sees on the pages, as a reader understands it."""

from __future__ import annotations

import os

import pytest
import reportlab
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.unit.ingestor.parsers.pdf.conftest import TOP, blocks_of, column, page, read

from ragline_ingestor.document import BlockKind

PROSE = [
    "The harbour of Leeds is open for boats from April on and",
    "closes in the last week of May.",
]


def _vera(canvas: Canvas) -> None:
    folder = os.path.join(os.path.dirname(reportlab.__file__), "fonts")
    pdfmetrics.registerFont(TTFont("Vera", os.path.join(folder, "Vera.ttf")))
    canvas.setFont("Vera", 11)


def test_ligatures_are_letters_and_what_no_font_explains_is_told() -> None:
    def draw(canvas: Canvas) -> None:
        _vera(canvas)
        canvas.drawString(
            50, TOP, "The \ufb01lter writes its con\ufb01guration to \ufb02ash memory."
        )
        canvas.drawString(50, TOP - 14, "The e\ufb03ciency is 97 percent.")
        canvas.drawString(50, TOP - 28, "The x\ufb03q is one.")

    document = read(draw)
    assert "The filter writes its configuration to flash memory." in document.text
    assert "The efficiency is 97 percent." in document.text  # the font has no such ligature
    assert "The x\ufffdq is one." in document.text
    assert document.warnings[0].startswith("1 characters on page 1 cannot be read")


def test_raised_digits_are_exponents_and_marks_of_notes() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(50, TOP)
        for piece, size, rise in (
            ("About 10", 11, 0),
            ("6", 7, 4),
            (" m", 11, 0),
            ("3", 7, 4),
            (" of H", 11, 0),
            ("2", 7, -2),
            ("O for 5 EUR", 11, 0),
            ("1", 7, 4),
            (" a day.", 11, 0),
        ):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(piece)
        canvas.drawText(text)

    assert read(draw).text == "About 10⁶ m³ of H₂O for 5 EUR¹ a day."


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_text_is_read_in_its_direction(angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(angle)
        column(canvas, ["The turbine delivers 3.6 megawatts", "and is serviced twice."], x=0, top=0)

    assert read(draw).text == "The turbine delivers 3.6 megawatts and is serviced twice."


def test_a_mark_across_every_page_is_told_once() -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, PROSE)
        canvas.saveState()
        canvas.rotate(45)
        canvas.drawString(400, 100, "Draft for members")
        canvas.restoreState()

    assert read(draw, draw).text.count("Draft for members") == 1


def test_a_fields_value_stands_behind_its_label() -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, ["Application form", "Name of the applicant:"])
        canvas.acroForm.textfield(
            name="applicant", value="Ingrid Solberg", x=180, y=TOP - 20, width=200, height=18
        )

    assert "Name of the applicant: Ingrid Solberg" in read(draw).text


def test_a_scanned_page_between_others_is_named() -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawInlineImage(_picture(), 0, 0, *A4)

    document = read(page(*PROSE), scan, page(*PROSE), scan, scan)
    assert document.warnings == (
        "pages 2, 4-5 are each a picture without text and not indexed: scanned pages are not read"
        " without OCR: install ragline-ingestor[ocr] and set RAGLINE_INGESTOR__OCR=true, or publish"
        " a file with text",
    )
    assert document.scanned


def test_an_empty_page_and_a_picture_beside_text_are_no_scans() -> None:
    def illustrated(canvas: Canvas) -> None:
        column(canvas, PROSE)
        canvas.drawInlineImage(_picture(), 50, 100, 200, 200)

    assert read(page(*PROSE), page(), illustrated).warnings == ()


def test_bold_lines_are_headings() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(50, TOP + 30, "Opening hours")
        column(canvas, PROSE)

    assert blocks_of(read(draw)) == [
        (BlockKind.HEADING, "Opening hours"),
        (BlockKind.PARAGRAPH, " ".join(PROSE)),
    ]


def test_a_title_that_a_program_filled_in_is_none() -> None:
    assert read(page(*PROSE)).title is None


def _picture() -> object:
    from PIL import Image

    return Image.new("RGB", (20, 30), (120, 90, 60))
