"""Writes PDFs with ReportLab, and reads them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import PDF
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers import parse

Draw = Callable[[Canvas], None]
TOP = A4[1] - 60


def blocks_of(document: ParsedDocument) -> list[tuple[BlockKind, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def column(canvas: Canvas, lines: list[str], *, x: float = 50, top: float = TOP) -> None:
    """Draw lines below each other in the body's size."""
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(lines):
        canvas.drawString(x, top - 14 * number, line)


def drawn(*pages: Draw) -> bytes:
    """Return a PDF with these pages."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(*pages: Draw) -> ParsedDocument:
    """Parse a PDF with these pages."""
    return parse(Content(data=drawn(*pages)), media_type=PDF, limits=LIMITS)


def page(*lines: str) -> Draw:
    """Return what draws a page of lines."""
    return lambda canvas: column(canvas, list(lines))
