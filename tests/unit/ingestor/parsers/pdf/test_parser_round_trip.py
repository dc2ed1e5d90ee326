"""Each word that a reader of a PDF sees is in its text once, and in a chunk."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import PDF
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content
from ragline_ingestor.parsers import parse

_STYLES = getSampleStyleSheet()
_GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])


_HEADING, _LIST, _TABLE = range(3)


class _Author:
    """Draws a document and remembers the words that it shows."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw
        self.seen: list[str] = []

    def words(self, most: int) -> str:
        """Return small words, so that running text goes on in small letters."""
        new = [f"w{len(self.seen) + n}" for n in range(self._draw(st.integers(1, most)))]
        self.seen += new
        return " ".join(new)

    def parts(self) -> list[Flowable]:
        found: list[Flowable] = []
        for kind in self._draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)):
            found += [self._part(kind), Spacer(1, 14)]
        return found

    def _part(self, kind: int) -> Flowable:
        if kind == _HEADING:
            return Paragraph(self.words(6), _STYLES["Heading1"])
        if kind == _LIST:
            items = [Paragraph(self.words(30), _STYLES["BodyText"]) for _ in range(2)]
            return ListFlowable(items, bulletType="bullet")
        if kind == _TABLE:
            width = self._draw(st.integers(2, 4))
            rows = [[self.words(1) for _ in range(width)] for _ in range(3)]
            return Table(rows, style=self._draw(st.sampled_from([_GRID, None])))
        return Paragraph(self.words(150), _STYLES["BodyText"])


@pytest.mark.parametrize("columns", [1, 2, 3])
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
)
@given(st.data())
def test_every_word_is_in_the_text_once_and_in_a_chunk(columns: int, data: st.DataObject) -> None:
    author = _Author(data.draw)
    document = parse(Content(data=_pdf(author.parts(), columns)), media_type=PDF, limits=LIMITS)
    seen = set(author.seen)
    assert sorted(each for each in document.text.split() if each in seen) == sorted(seen)
    chunks = chunk_document(document, SIZES)
    found = " ".join(" ".join((*chunk.heading_path, chunk.text)) for chunk in chunks)
    assert seen <= set(found.split())


def _pdf(parts: list[Flowable], columns: int) -> bytes:
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=A4)
    width = (document.width - (columns - 1) * 18) / columns
    frames = [
        Frame(document.leftMargin + n * (width + 18), document.bottomMargin, width, document.height)
        for n in range(columns)
    ]
    document.addPageTemplates([PageTemplate(frames=frames)])
    document.build(parts)
    return out.getvalue()
