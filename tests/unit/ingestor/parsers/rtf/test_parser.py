"""RTF keeps what its reader sees: any alphabet, headings, lists, tables, notes, boxes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts.media_types import RTF
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers import parse

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Arial;}"
    r"{\f2\fcharset128 Mincho;}}{\colortbl;\red0\green0\blue0;}"
    r"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\*\cs10 Char;}}"
    r"{\info{\title The guide}{\author Ana}}{\*\generator Word;}"
)


def parsed(body: str, head: str = HEAD) -> ParsedDocument:
    data = f"{head}{body}}}".encode("latin-1")
    return parse(Content(data=data), media_type=RTF, limits=LIMITS)


def text(body: str) -> str:
    return parsed(body).text


def test_headings_and_paragraphs() -> None:
    document = parsed(
        r"\pard\s1 Doors\par\pard\s2 Keys\par\pard\plain At the {\b porter}.\par"
        "\r\n"
        r"\pard\outlinelevel1 Lifts\par\pard A line\line B"
    )
    assert document.text == "Doors\n\nKeys\n\nAt the porter.\n\nLifts\n\nA line\nB"
    assert [block.level for block in document.blocks] == [1, 2, 0, 2, 0]
    assert document.title == "The guide"
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"Gr\'f6\'dfe \u8364?5 \ldblquote x\rdblquote\~y", "Größe €5 “x” y"),
        (r"\uc0\u38190 \u-10179\u-8704 !", "键😀!"),
        (r"\uc2\u1078\'e6\'e6x", "жx"),
        (r"{\f1 \'c4\'e2\'e5\'f0\'fc}", "Дверь"),
        (r"{\f2 \'8c\'ae}", "鍵"),
        ("{\\f2 \\'83\\'5c}", "ソ"),
        (r"\{a\\b\}", r"{a\b}"),
        (r"Hall\par\'e9\u8217?s", "Hall\n\né’s"),
        (r"long\_term so\-lo", "long-term solo"),
    ],
)
def test_characters(source: str, expected: str) -> None:
    assert text(source) == expected


def test_lists_keep_their_marks() -> None:
    body = (
        r"\pard\ilvl0{\listtext\f3\'b7\tab}Bread\par{\listtext\f3\'b7\tab}Milk\par"
        r"\pard{\pntext\f0 3.\tab}{\*\pn\pnlvlbody}Third\par{\pntext\f0 4.\tab}Fourth\par"
        r"\pard{\listtext 3.2.1\tab}Clause\par"
    )
    assert text(body) == "- Bread\n- Milk\n\n3. Third\n4. Fourth\n\n3.2.1 Clause"


def test_tables_keep_merged_cells() -> None:
    row = r"\trowd\trhdr\cellx1\cellx2\cellx3 \intbl Country\cell 2 kg\cell 10 kg\cell\row"
    first = r"\trowd\clvmgf\cellx1\cellx2\cellx3 \intbl Norway\cell 5\cell 9\cell\row"
    second = r"\trowd\clvmrg\cellx1\clmgf\cellx2\clmrg\cellx3 \intbl\cell 7\cell\cell\row"
    assert text(rf"Prices\par {row}{first}{second}\pard After\par") == (
        "Prices\n\nCountry | 2 kg | 10 kg\n--- | --- | ---\nNorway | 5 | 9\nNorway | 7 | 7\n\nAfter"
    )


def test_notes_stand_behind_their_paragraph() -> None:
    body = (
        r"It takes 5{\super\chftn{\footnote\pard{\super\chftn} Working days.}} days,"
        r" 10{\super 6} lamps.\par Next\par"
    )
    assert text(body) == "It takes 5[1] days, 10⁶ lamps.\n\n[1] Working days.\n\nNext"


def test_links_boxes_and_headers() -> None:
    body = (
        r"{\header\pard Acme \field{\*\fldinst PAGE}\par}"
        r'See {\field{\*\fldinst{HYPERLINK "https://e.example.com/"}}{\fldrslt{\ul the portal}}}.'
        r"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt\pard In a box\par}}{\shprslt twice}}\par x"
    )
    assert text(body) == ("Acme\n\nSee the portal (https://e.example.com/).\n\nIn a box\n\nx")


def test_what_is_not_shown_is_left_out_and_told() -> None:
    document = parsed(
        r"Seen {\v secret }{\deleted gone}{\*\annotation remark}{\*\bkmkstart b}{\xe index}"
        r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict 00}}"
        r"{\object{\*\objdata 00}{\result shown}} too{\pict\bin3 }}}\par"
    )
    assert document.text == "Seen shown too"
    assert document.warnings == (
        "2 pictures without a description: text in them is not indexed",
        "1 comments are not indexed",
        "1 passages are hidden text and not indexed",
        "1 embedded objects are not read: publish them as documents of their own",
    )


def test_a_file_that_was_cut_off_keeps_its_text() -> None:
    data = rf"{HEAD}Body{{\footnote Note{{\b still".encode()
    document = parse(Content(data=data), media_type=RTF, limits=LIMITS)
    assert document.text == "Body\n\nNotestill"


def test_what_is_no_rtf_is_told() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(Content(data=b"just words"), media_type=RTF, limits=LIMITS)
    assert caught.value.code == "corrupt_rtf"


@given(
    st.lists(
        st.sampled_from(
            [
                "{",
                "}",
                r"\*",
                r"\cell",
                r"\row",
                r"\par",
                r"\footnote",
                r"\u1",
                r"\'83",
                r"\shptxt",
                r"\fldrslt",
                "x",
                r"\super",
                r"\bin9999999999",
                r"\stylesheet",
            ]
        )
    )
)
def test_any_order_of_words_is_read(words: list[str]) -> None:
    with suppress(InvalidDocument):
        parsed(" ".join(words))


class _Author:
    """Draws a document and remembers the words in it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.words: list[str] = []

    def word(self) -> str:
        self.words.append(f"w{len(self.words)}é")
        return self.words[-1].replace("é", self._draw(st.sampled_from([r"\'e9", r"\u233?"])))

    def body(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: rf"\pard {self._inline()}\par ",
            lambda: rf"\pard\s1 {self._inline()}\par ",
            lambda: rf"\pard{{\listtext 1.\tab}}{self._inline()}\par ",
            lambda: (
                rf"\pard\intbl\trowd\cellx1\cellx2 {self._cell()}\cell {self._cell()}\cell\row "
            ),
            lambda: rf"{{\footer\pard {self.word()}\par}}",
        ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=6))
        return "".join(kind() for kind in chosen)

    def _cell(self) -> str:
        more = self._draw(st.booleans())
        return rf"{self.word()}\par {self.word()}" if more else self.word()

    def _inline(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: f" {self.word()} ",
            lambda: rf" {{\b {self.word()}}} ",
            lambda: rf"{{\chftn}}{{\footnote {{\chftn}} {self.word()}\par {self.word()}}}",
            lambda: rf"{{\shp{{\*\shpinst{{\shptxt {self.word()}\par}}}}}}",
            lambda: rf" {{\field{{\*\fldinst REF x}}{{\fldrslt {self.word()}}}}} ",
        ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
        return "".join(kind() for kind in chosen)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, list[str]]:
    author = _Author(draw)
    return author.body(), author.words


@given(bodies())
def test_every_word_of_a_document_is_in_a_chunk(made: tuple[str, list[str]]) -> None:
    body, words = made
    chunks = chunk_document(parsed(body), SIZES)
    shown = "\n".join(line for chunk in chunks for line in (*chunk.heading_path, chunk.text))
    assert [word for word in words if word not in shown] == []
