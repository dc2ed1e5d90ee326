"""An OpenDocument text keeps what its reader sees: headings, lists, tables, notes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import ODT
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument, ParseLimits
from ragline_ingestor.parsers import parse

NAMES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {
            "office": "office",
            "text": "text",
            "table": "table",
            "style": "style",
            "draw": "drawing",
            "svg": "svg-compatible",
            "manifest": "manifest",
            "meta": "meta",
        }.items()
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
STYLES = """
<text:list-style style:name="L1">
  <text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
  <text:list-level-style-bullet text:level="2" text:bullet-char="-"/>
</text:list-style>
<text:list-style style:name="Legal">
  <text:list-level-style-number text:level="1" style:num-format="1" text:start-value="3"/>
  <text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>
</text:list-style>
<style:style style:name="T1" style:family="text">
  <style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties text:display="none"/>
</style:style>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="Title" style:family="paragraph"/>
"""


OUTLINE = """
<text:outline-style style:name="Outline">
  <text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/>
</text:outline-style>
"""


def odt(
    body: str, *, styles: str = "", headers: str = "", more: dict[str, str] | None = None
) -> bytes:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    other = (
        f"<office:document-styles {NAMES}><office:master-styles><style:master-page>{headers}"
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODT)
        for name, text in {"content.xml": content, "styles.xml": other, **(more or {})}.items():
            archive.writestr(name, text)
    return out.getvalue()


def parsed(body: str, limits: ParseLimits = LIMITS, **parts: str) -> ParsedDocument:
    data = odt(body, styles=parts.pop("styles", ""), headers=parts.pop("headers", ""))
    return parse(Content(data=data), media_type=ODT, limits=limits)


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def h(text: str, level: int = 1) -> str:
    return f'<text:h text:outline-level="{level}">{text}</text:h>'


def items(*texts: str, style: str = "") -> str:
    inner = "".join(f"<text:list-item>{text}</text:list-item>" for text in texts)
    return f'<text:list text:style-name="{style}">{inner}</text:list>'


def test_headings_paragraphs_and_title() -> None:
    body = p("The guide", "P1") + h("Doors") + h("Keys", 2) + p("At<text:s text:c='2'/>the porter")
    document = parsed(body, styles=STYLES)
    assert document.text == "The guide\n\nDoors\n\nKeys\n\nAt the porter"
    assert [b.level for b in document.blocks] == [1, 1, 2, 0]
    assert document.title == "The guide"


def test_headings_have_their_numbers() -> None:
    document = parsed(h("Doors") + h("Keys", 2) + h("Lifts"), styles=OUTLINE)
    assert document.text == "1. Doors\n\nKeys\n\n2. Lifts"


def test_lists_nest_and_are_numbered() -> None:
    body = items(p("One") + items(p("deep")), p("Two"), style="L1") + items(p("Anew"), style="L1")
    text = parsed(body, styles=STYLES).text
    assert "1. One\n   - deep\n2. Two" in text
    assert "1. Anew" in text


def test_clauses_have_their_whole_numbers() -> None:
    body = items(p("Scope") + items(p("Staff"), p("Guests")), p("Term"), style="Legal")
    text = parsed(body, styles=STYLES).text
    assert text == "3. Scope\n   3.1 Staff\n   3.2 Guests\n4. Term"


def test_tables_keep_merged_cells() -> None:
    def cell(text: str, spans: str = "") -> str:
        return f"<table:table-cell {spans}>{p(text)}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("Country")
        + cell("2 kg")
        + cell("10 kg")
        + "</table:table-row></table:table-header-rows><table:table-row>"
        + cell("Norway", 'table:number-rows-spanned="2"')
        + cell("9", 'table:number-columns-repeated="2"')
        + f"</table:table-row><table:table-row>{covered}{cell('7')}{cell('8')}"
        + "</table:table-row></table:table>"
    )
    assert parsed(body).text == (
        "Country | 2 kg | 10 kg\n--- | --- | ---\nNorway | 9 | 9\nNorway | 7 | 8"
    )


def test_notes_stand_behind_their_paragraph_and_raised_text_is_raised() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('Working days.')}</text:note-body></text:note>"
    )
    body = p(f'It takes 5{note} days, 10<text:span text:style-name="T1">6</text:span> lamps.')
    assert parsed(body + p("Next"), styles=STYLES).text == (
        "It takes 5[1] days, 10⁶ lamps.\n\n[1] Working days.\n\nNext"
    )


def test_links_boxes_and_pictures() -> None:
    box = f"<draw:frame><draw:text-box>{p('In a box')}</draw:text-box></draw:frame>"
    told = "<draw:frame><draw:image/><svg:desc>A plan</svg:desc></draw:frame>"
    link = '<text:a xlink:href="https://e.example.com/">the portal</text:a>'
    document = parsed(p(f"See {box}{link} {told}") + p("<draw:frame><draw:image/></draw:frame>x"))
    assert document.text == (
        "See the portal (https://e.example.com/) [Image: A plan]\n\nIn a box\n\nx"
    )
    assert document.warnings == ("1 pictures without a description: text in them is not indexed",)


def test_what_is_not_shown_is_left_out_and_told() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p('deleted')}</text:deletion></text:changed-region></text:tracked-changes>"
        + p('Seen<text:span text:style-name="T2">secret</text:span>')
        + p(f"and<office:annotation>{p('remark')}</office:annotation> more")
        + f'<text:section text:display="none">{p("hidden")}</text:section>'
    )
    document = parsed(body, styles=STYLES)
    assert document.text == "Seen\n\nand more"
    assert document.warnings == (
        "1 comments are not indexed",
        "2 passages are hidden text and not indexed",
    )


def test_headers_stand_once() -> None:
    headers = (
        f"<style:header>{p('Acme <text:page-number>7</text:page-number>')}</style:header>"
        f"<style:footer>{p('Internal')}</style:footer>"
        f"<style:header-left>{p('Acme <text:page-number>7</text:page-number>')}</style:header-left>"
    )
    assert parsed(p("x"), headers=headers).text == "Acme\n\nInternal\n\nx"


def _code(data: bytes, limits: ParseLimits = LIMITS) -> str:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=data), media_type=ODT, limits=limits)
    return caught.value.code


def test_damage_passwords_and_bombs_are_told() -> None:
    assert _code(b"PK\x03\x04 cut") == "corrupt_odt"
    locked = {"META-INF/manifest.xml": f"<m {NAMES}><manifest:encryption-data/></m>"}
    assert _code(odt("x", more=locked)) == "encrypted_odt"
    assert _code(odt(p("x") * 1000), replace(LIMITS, nodes=500)) == "too_large"
    row = (
        '<table:table-row table:number-rows-repeated="99"><table:table-cell '
        f'table:number-columns-repeated="99">{p("x" * 1000)}</table:table-cell></table:table-row>'
    )
    bomb = odt(f"<table:table>{row * 9}</table:table>")
    assert _code(bomb, replace(LIMITS, text_chars=100_000)) == "too_large"


class _Author:
    """Draws a text and remembers the words in it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.words: list[str] = []

    def word(self) -> str:
        self.words.append(f"w{len(self.words)}z")
        return self.words[-1]

    def blocks(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [
            lambda _: p(self._inline()),
            lambda _: h(self._inline(), self._draw(st.integers(1, 8))),
        ]
        if depth and len(self.words) < 30:
            kinds += [
                lambda d: items(self.blocks(d - 1), p(self.word()), style=self._style()),
                lambda d: f"<text:section>{self.blocks(d - 1)}</text:section>",
                self._table,
            ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
        return "".join(kind(depth) for kind in chosen)

    def _style(self) -> str:
        return self._draw(st.sampled_from(["L1", "Legal", ""]))

    def _table(self, depth: int) -> str:
        cells = f"<table:table-cell>{self.blocks(depth - 1)}</table:table-cell>"
        cells += f"<table:table-cell>{p(self.word())}</table:table-cell>"
        return f"<table:table><table:table-row>{cells}</table:table-row></table:table>"

    def _inline(self) -> str:
        kind = self._draw(st.sampled_from(["plain", "span", "note", "box", "link", "field"]))
        text = f" {self.word()} "
        if kind == "note":
            return (
                f"{text}<text:note><text:note-citation>1</text:note-citation><text:note-body>"
                f"{p(self.word())}</text:note-body></text:note> {self.word()}"
            )
        if kind == "box":
            return f"{text}<draw:frame><draw:text-box>{p(self.word())}</draw:text-box></draw:frame>"
        tag = {"span": "span", "link": "a", "field": "date"}.get(kind)
        return f"{text}<text:{tag}>{self.word()}</text:{tag}>" if tag else text


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    author = _Author(draw)
    return author.blocks(2), author.words


@given(texts())
def test_every_word_of_a_text_is_in_a_chunk(made: tuple[str, list[str]]) -> None:
    body, words = made
    chunks = chunk_document(parsed(body, styles=STYLES), SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
