"""Each word that a reader of a DOCX sees is in a chunk, and none that was deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import SIZES
from tests.unit.ingestor.parsers.docx.conftest import cell, packed, paragraph, parsed, run, table

from ragline_ingestor.chunking import chunk_document

_STYLES = ("", "Heading1", "Heading2", "ListNumber", "ListBullet", "Title")
_GONE = "gone"
# a document that is over it nests no further
_WORDS = 30


class _Author:
    """Draws a document and remembers the words that it shows."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.seen: list[str] = []
        self.footnotes: list[str] = []

    def word(self) -> str:
        word = f"word{len(self.seen)}"
        self.seen.append(word)
        return word

    def _is_small(self, depth: int) -> bool:
        return depth > 0 and len(self.seen) < _WORDS

    def runs(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [
            lambda _: run(f" {self.word()} {self.word()} "),
            lambda _: f"<w:ins>{run(f' {self.word()} ')}</w:ins>",
            lambda _: f"<w:del><w:r><w:delText>{_GONE}</w:delText></w:r></w:del>",
            lambda _: f"<w:moveFrom>{run(_GONE)}</w:moveFrom>",
            lambda _: f'<w:hyperlink r:id="there">{run(f" {self.word()} ")}</w:hyperlink>',
            lambda _: f"<m:oMath><m:r><m:t> {self.word()} </m:t></m:r></m:oMath>",
            lambda _: f"<w:fldSimple w:instr='REF x'>{run(f' {self.word()} ')}</w:fldSimple>",
            lambda _: self._footnote(),
        ]
        if self._is_small(depth):
            kinds += [
                lambda d: f"<w:sdt><w:sdtContent>{self.runs(d - 1)}</w:sdtContent></w:sdt>",
                self._box,
            ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
        return "".join(kind(depth) for kind in chosen)

    def blocks(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self._paragraph]
        if self._is_small(depth):
            kinds += [
                lambda d: f"<w:sdt><w:sdtContent>{self.blocks(d - 1)}</w:sdtContent></w:sdt>",
                self._table,
            ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
        return "".join(kind(depth) for kind in chosen)

    def _paragraph(self, depth: int) -> str:
        style = self._draw(st.sampled_from(_STYLES))
        joined = self._draw(st.sampled_from(("", "<w:rPr><w:del/></w:rPr>")))
        return paragraph(self.runs(depth), f'<w:pStyle w:val="{style}"/>{joined}')

    def _table(self, depth: int) -> str:
        rows, columns = self._draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
        return table(
            *[[cell(self.blocks(depth - 1)) for _ in range(columns)] for _ in range(rows)],
            [cell(self.word(), f'<w:gridSpan w:val="{columns}"/>')],
        )

    def _footnote(self) -> str:
        number = len(self.footnotes)
        self.footnotes.append(f'<w:footnote w:id="{number}">{paragraph(self.word())}</w:footnote>')
        return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'

    def _box(self, depth: int) -> str:
        inner = f"<w:txbxContent>{self.blocks(depth - 1)}</w:txbxContent>"
        choice = f"<w:drawing><wp:inline><wps:txbx>{inner}</wps:txbx></wp:inline></w:drawing>"
        fallback = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
        return (
            f"<w:r><mc:AlternateContent><mc:Choice>{choice}</mc:Choice>"
            f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
        )


@dataclass(frozen=True)
class _Drawn:
    data: bytes = field(repr=False)
    seen: frozenset[str]


@st.composite
def _documents(draw: st.DrawFn) -> _Drawn:
    author = _Author(draw)
    first = paragraph(author.word())
    body = author.blocks(2)
    header = paragraph(author.word())
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header"/></w:sectPr>'
    parts = {"header": header, "footnotes": "".join(author.footnotes)}
    links = {"there": "https://example.com/there"}
    data = packed(f"{first}{body}{section}", parts=parts, links=links)
    return _Drawn(data, frozenset(author.seen))


@given(_documents())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_visible_word_is_in_a_chunk(drawn: _Drawn) -> None:
    chunks = chunk_document(parsed(drawn.data), SIZES)
    texts = [text for chunk in chunks for text in (chunk.text, *chunk.heading_path)]
    found = frozenset(re.findall(r"word\d+|gone", "\n".join(texts)))
    assert found == drawn.seen
    assert parsed(drawn.data).warnings == ()
