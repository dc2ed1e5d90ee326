"""DOCX keeps headings, lists and tables."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest

from ragline.contracts.media_types import DOCX
from ragline.errors import InvalidDocument
from ragline_ingestor.document import BlockKind, Content, ParseLimits
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
    document = parse(content, media_type=DOCX, limits=ParseLimits())
    assert [(b.kind, document.text[b.start : b.end]) for b in document.blocks] == [
        (BlockKind.HEADING, "Runbook"),
        (BlockKind.PARAGRAPH, "Read this first."),
        (BlockKind.LIST, "- stop\n- start"),
        (BlockKind.TABLE, "port | 5672"),
    ]


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"PK\x03\x04word/ but no archive", ParseLimits(), "corrupt_docx"),
        (_document()[:2_000], ParseLimits(), "corrupt_docx"),
        (_document(), ParseLimits(unpacked_bytes=1_000), "too_large"),
    ],
    ids=["no archive", "cut off", "zip bomb"],
)
def test_broken_and_huge_files_are_refused(data: bytes, limits: ParseLimits, code: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=DOCX, limits=limits)
    assert caught.value.code == code
