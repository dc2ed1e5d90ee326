"""Each slide is read below its number: text, lists, tables, groups, charts, notes."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import PPTX
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers import parse

BOX = (Inches(1), Inches(1), Inches(4), Inches(2))
TITLE_AND_TEXT, BLANK = 1, 6


def parsed(deck: Any, limits: ParseLimits = LIMITS) -> ParsedDocument:
    out = io.BytesIO()
    deck.save(out)
    return parse(Content(data=out.getvalue()), media_type=PPTX, limits=limits)


def slide(deck: Any, title: str = "", *lines: str) -> Any:
    added = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_TEXT if title else BLANK])
    if title:
        added.shapes.title.text = title
        added.placeholders[1].text = "\n".join(lines)
    return added


def box(shapes: Any, *lines: str) -> Any:
    added = shapes.add_textbox(*BOX)
    added.text_frame.text = "\n".join(lines)
    return added


def test_a_slide_is_headed_by_its_number_and_title() -> None:
    deck = Presentation()
    slide(deck, "Strategy 2027", "Open the Mira hall", "Close the Opal lift")
    box(slide(deck).shapes, "No title here")
    document = parsed(deck)
    assert document.text == (
        "Slide 1: Strategy 2027\n\n- Open the Mira hall\n- Close the Opal lift\n\n"
        "Slide 2\n\nNo title here"
    )
    assert document.title == "Strategy 2027"
    assert document.warnings == ()


def test_a_chunk_tells_the_slide() -> None:
    deck = Presentation()
    for number in range(3):
        slide(deck, f"Topic {number}", *["A sentence that says something. " * 8] * 4)
    chunks = chunk_document(parsed(deck), SIZES)
    assert {chunk.heading_path[0] for chunk in chunks} == {
        f"Slide {number + 1}: Topic {number}" for number in range(3)
    }


def test_items_nest_and_are_numbered() -> None:
    deck = Presentation()
    body = slide(deck, "Steps", "One", "Deep", "Two", "Plain").placeholders[1]
    for paragraph, (level, mark) in zip(
        body.text_frame.paragraphs,
        [(0, "buAutoNum"), (1, ""), (0, "buAutoNum"), (0, "buNone")],
        strict=True,
    ):
        paragraph.level = level
        if mark:
            added = paragraph._p.get_or_add_pPr().makeelement(f"{A}{mark}", {})
            if mark == "buAutoNum":
                added.set("type", "arabicPeriod")
                added.set("startAt", "3")
            paragraph._p.pPr.append(added)
    text = parsed(deck).text
    assert text == "Slide 1: Steps\n\n3. One\n   - Deep\n4. Two\n\nPlain"


A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def test_notes_groups_links_and_raised_text_are_read() -> None:
    deck = Presentation()
    page = slide(deck)
    group = page.shapes.add_group_shape().shapes.add_group_shape()
    inner = box(group.shapes, "In a group")
    paragraph = inner.text_frame.add_paragraph()
    run = paragraph.add_run()
    run.text = "the portal"
    run.hyperlink.address = "https://portal.example.com"
    for text, shift in (("10", None), ("6", "30000"), (" lamps", None)):
        run = inner.text_frame.paragraphs[0].add_run()
        run.text = text
        if shift:
            run._r.get_or_add_rPr().set("baseline", shift)
    page.notes_slide.notes_text_frame.text = "Say it slowly.\nThen wait."
    assert parsed(deck).text == (
        "Slide 1\n\nIn a group10⁶ lamps\n\nthe portal (https://portal.example.com)\n\n"
        "Speaker notes:\n\nSay it slowly.\n\nThen wait."
    )


def test_raised_text_in_a_title_is_raised() -> None:
    deck = Presentation()
    page = slide(deck, "10", "x")
    run = page.shapes.title.text_frame.paragraphs[0].add_run()
    run.text = "6"
    run._r.get_or_add_rPr().set("baseline", "30000")
    assert parsed(deck).title == "10⁶"


def test_a_table_keeps_its_columns_and_merged_cells() -> None:
    deck = Presentation()
    table = slide(deck).shapes.add_table(3, 3, *BOX).table
    for row, cells in enumerate(
        [["Room", "Seats", "Floor"], ["Oberon", "12", "2"], ["Puck", "", ""]]
    ):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 1).merge(table.cell(2, 1))
    assert (
        "Room | Seats | Floor\n--- | --- | ---\nOberon | 12 | 2\nPuck | 12 |" in parsed(deck).text
    )


def test_a_chart_is_read() -> None:
    deck = Presentation()
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["East", "West"]
    data.add_series("Lamps", (19, 21))
    slide(deck).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *BOX, data)
    assert "Lamps: East 19; West 21" in parsed(deck).text


def test_footers_stand_once_and_slide_numbers_nowhere() -> None:
    deck = Presentation()
    for number in range(2):
        page = slide(deck, f"T{number}", "x")
        for kind, text in (("ftr", "Acme secret"), ("sldNum", f"{number}77")):
            shape = box(page.shapes, text)
            shape._element.nvSpPr.nvPr.get_or_add_ph().set("type", kind)
    text = parsed(deck).text
    assert text.startswith("Acme secret\n\nSlide 1")
    assert text.count("Acme secret") == 1
    assert "77" not in text


def test_a_hidden_slide_says_so_and_a_hidden_shape_is_told() -> None:
    deck = Presentation()
    page = slide(deck, "Backup", "x")
    page._element.set("show", "0")
    box(page.shapes, "unseen")._element.nvSpPr.cNvPr.set("hidden", "1")
    document = parsed(deck)
    assert document.text.startswith("Slide 1 (hidden): Backup")
    assert "unseen" not in document.text
    assert document.warnings == ("1 shapes are hidden and not indexed",)


def _code(data: bytes, limits: ParseLimits = LIMITS) -> str:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=PPTX, limits=limits)
    return caught.value.code


def test_damage_and_bombs_are_told() -> None:
    assert _code(b"PK\x03\x04 cut") == "corrupt_pptx"
    out = io.BytesIO()
    deck = Presentation()
    slide(deck, "x", "y")
    deck.save(out)
    assert _code(out.getvalue(), replace(LIMITS, nodes=500)) == "too_large"
    assert _code(out.getvalue(), replace(LIMITS, unpacked_bytes=5_000)) == "too_large"


class _Author:
    """Draws a presentation and remembers the words on it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.words: list[str] = []

    def word(self) -> str:
        self.words.append(f"w{len(self.words)}z")
        return self.words[-1]

    def deck(self) -> Any:
        made = Presentation()
        for _ in range(self._draw(st.integers(1, 3))):
            titled = self._draw(st.booleans())
            page = slide(made, *((self.word(), self.word()) if titled else ()))
            self._shapes(page.shapes, 2)
            if self._draw(st.booleans()):
                page.notes_slide.notes_text_frame.text = f"{self.word()}\n{self.word()}"
        return made

    def _shapes(self, shapes: Any, depth: int) -> None:
        for kind in self._draw(st.lists(st.sampled_from("btgl"), max_size=3)):
            if kind == "b":
                box(shapes, self.word(), self.word())
            elif kind == "l":
                frame = box(shapes, self.word()).text_frame
                for _ in range(2):
                    paragraph = frame.add_paragraph()
                    paragraph.text = self.word()
                    paragraph.level = self._draw(st.integers(0, 3))
            elif kind == "g" and depth:
                self._shapes(shapes.add_group_shape().shapes, depth - 1)
            elif kind == "t" and depth == 2:
                table = shapes.add_table(2, 2, *BOX).table
                for row in range(2):
                    table.cell(row, row).text = self.word()


@st.composite
def decks(draw: st.DrawFn) -> tuple[Any, list[str]]:
    author = _Author(draw)
    return author.deck(), author.words


@settings(max_examples=20)
@given(decks())
def test_every_word_of_a_presentation_is_in_a_chunk(made: tuple[Any, list[str]]) -> None:
    deck, words = made
    try:
        document = parsed(deck)
    except InvalidDocument:
        assert words == []
        return
    chunks = chunk_document(document, SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
