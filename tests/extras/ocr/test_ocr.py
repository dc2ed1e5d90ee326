"""Scanned pages read by OCR (`make test-extras`)."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from tests.unit.ingestor.conftest import LIMITS
from tests.unit.ingestor.parsers.pdf.conftest import drawn, page

from ragline.contracts.media_types import PDF
from ragline_ingestor.document import Content, Ocr
from ragline_ingestor.parsers import parse
from ragline_ingestor.parsers.pdf.ocr import can_read_pictures


def test_the_extra_is_installed() -> None:
    assert can_read_pictures()


def _scan_of(data: bytes) -> object:
    with pypdfium2.PdfDocument(data) as document:
        return document[0].render(scale=2).to_pil()


def test_a_scanned_page_between_others_is_read_in_its_place() -> None:
    lines = ("The rent is 980 EUR a month.", "It is due on the third working day.")
    picture = _scan_of(drawn(page(*lines)))

    def scan(canvas: Canvas) -> None:
        canvas.drawInlineImage(picture, 0, 0, *A4)

    data = drawn(page("The contract begins on 1 May."), scan, page("The end of the contract."))
    document = parse(Content(data=data), media_type=PDF, limits=replace(LIMITS, ocr=Ocr.NOW))
    texts = ["The contract begins on 1 May.", *lines, "The end of the contract."]
    places = [document.text.index(text) for text in texts]
    assert places == sorted(places)
    assert (document.warnings, document.scanned) == ((), False)
