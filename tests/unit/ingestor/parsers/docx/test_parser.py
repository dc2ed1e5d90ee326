"""DOCX keeps headings, lists and tables."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.document import Document
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import DOCX
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.media_types import resolve_media_type
from ragline_ingestor.parsers import parse
from ragline_ingestor.parsers.docx.styles import Style, Styles


def _document() -> bytes:
    document = docx.Document()
    document.add_heading("Runbook", 1)
    document.add_paragraph("Read this first.")
    document.add_paragraph("stop", style="List Bullet")
    document.add_paragraph("start", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "port", "5672"
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_blocks_in_document_order() -> None:
    content = Content(data=_document())
    assert resolve_media_type(content, names=("17",)) == DOCX
    document = parse(content, media_type=DOCX, limits=LIMITS)
    assert [(b.kind, document.text[b.start : b.end]) for b in document.blocks] == [
        (BlockKind.HEADING, "Runbook"),
        (BlockKind.PARAGRAPH, "Read this first."),
        (BlockKind.LIST, "- stop\n- start"),
        (BlockKind.TABLE, "port | 5672"),
    ]


def test_headings_have_levels() -> None:
    document = docx.Document()
    for level in (0, 1, 2):  # 0 is the style "Title"
        document.add_heading(f"Heading {level}", level)
    assert [b.level for b in _parsed(document).blocks] == [1, 1, 2]


def test_cells_that_span_and_tables_in_cells() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = str(number)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    high = table.cell(1, 0).merge(table.cell(2, 0))
    high.text = "high"
    high.add_table(rows=1, cols=1).cell(0, 0).text = "inner"
    assert _parsed(document).text == "wide | wide | 2\nhigh inner | 4 | 5\nhigh inner | 7 | 8"


def test_the_first_row_names_the_columns_where_it_has_names_alone() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    texts = ("Device", "Voltage", "Weight", "DX-7", "230 V", "5 kg")
    for text, cell in zip(texts, (c for row in table.rows for c in row.cells), strict=True):
        cell.text = text
    assert (
        _parsed(document).text == "Device | Voltage | Weight\n--- | --- | ---\nDX-7 | 230 V | 5 kg"
    )


def _parsed(document: Document) -> ParsedDocument:
    out = BytesIO()
    document.save(out)
    return parse(Content(data=out.getvalue()), media_type=DOCX, limits=LIMITS)


def test_each_style_is_read_once_and_not_for_each_paragraph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    styles = []
    read = Styles._read

    def reading(self: Styles, style_id: str | None) -> Style:
        styles.append(style_id)
        return read(self, style_id)

    document = docx.Document()
    for _ in range(50):
        document.add_paragraph("Plain.")
    document.add_paragraph("Listed.", style="List Bullet")
    monkeypatch.setattr(Styles, "_read", reading)
    assert len(_parsed(document).blocks) == 51
    assert styles == [None, "ListBullet"]
