"""DOCX keeps headings, lists and tables."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.parts.document import DocumentPart
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import DOCX
from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParsedDocument, ParseLimits
from ragline_ingestor.media_types import resolve_media_type
from ragline_ingestor.parsers import parse


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
    assert _parsed(document).text == "wide | 2\nhigh inner | 4 | 5\nhigh | 7 | 8"


def _parsed(document: Document) -> ParsedDocument:
    out = BytesIO()
    document.save(out)
    return parse(Content(data=out.getvalue()), media_type=DOCX, limits=LIMITS)


_ATTRIBUTES = " ".join(f'a{number}=""' for number in range(60_000))


def _packed(body: str, *, files: int = 0, encoding: str = "utf-8") -> bytes:
    """A DOCX file with `body` for its body and `files` empty files beside it."""
    out = BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{xml}'
    with ZipFile(BytesIO(_document())) as whole, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for entry in whole.infolist():
            main = entry.filename == "word/document.xml"
            archive.writestr(entry, declared.encode(encoding) if main else whole.read(entry))
        for number in range(files):
            archive.writestr(f"media/{number}", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"PK\x03\x04word/ but no archive", LIMITS, "corrupt_docx"),
        (_document()[:2_000], LIMITS, "corrupt_docx"),
        (_document(), replace(LIMITS, unpacked_bytes=1_000), "too_large"),
        (_packed("<w:p/>" * 1_000_000), LIMITS, "too_large"),
        (_packed("<w:p/>" * 1_000_000, encoding="utf-16"), LIMITS, "too_large"),
        (_packed(f"<w:p {_ATTRIBUTES}/>"), replace(LIMITS, nodes=100_000), "too_large"),
        (_packed("", files=10_000), LIMITS, "too_large"),
    ],
    ids=["no archive", "cut off", "zip bomb", "elements", "in UTF-16", "attributes", "files"],
)
def test_broken_and_huge_files_are_refused(data: bytes, limits: ParseLimits, code: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=DOCX, limits=limits)
    assert caught.value.code == code


def test_the_style_is_looked_up_once_and_not_for_each_paragraph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up = []
    get_style = DocumentPart.get_style

    def getting(part: DocumentPart, style_id: str | None, style_type: WD_STYLE_TYPE) -> object:
        looked_up.append(style_id)
        return get_style(part, style_id, style_type)

    document = docx.Document()
    for _ in range(50):
        document.add_paragraph("Plain.")
    document.add_paragraph("Listed.", style="List Bullet")
    monkeypatch.setattr(DocumentPart, "get_style", getting)
    assert len(_parsed(document).blocks) == 51
    assert looked_up == [None, "ListBullet"]
