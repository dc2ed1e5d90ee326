"""Each word that a reader of a page sees is in a chunk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import Content
from ragline_ingestor.parsers.html import parse_html

_T = TypeVar("_T")
_GONE = "gone"
# a page that is over it nests no further
_WORDS = 25


class _Author:
    """Draws a page and remembers the words that it shows."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.seen: list[str] = []

    def word(self) -> str:
        word = f"word{len(self.seen)}x"
        self.seen.append(word)
        return word

    def inline(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: f" {self.word()} ",
            lambda: f" <b>{self.word()}</b><br>{self.word()} ",
            lambda: f" <a href='https://x.example'>{self.word()}</a> ",
            lambda: f"<img alt='{self.word()}'>",
            lambda: f" {self.word()}<sup>2</sup> <sub>{self.word()}</sub> ",
            lambda: f" <label>{self.word()}</label><input> ",
            lambda: f"<script>{_GONE}</script><!-- {_GONE} -->",
            lambda: f"<custom-element>{self.word()}</custom-element>",
        ]
        return "".join(kind() for kind in self._some(kinds))

    def blocks(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [
            lambda _: f"<p>{self.inline()}</p>",
            lambda _: self.inline(),
            lambda d: f"<h{d + 1}>{self.inline()}</h{d + 1}>",
            lambda _: f"<pre>{self.word()}\n  {self.word()}</pre>",
            lambda _: f"<dl><dt>{self.inline()}</dt><dd>{self.inline()}</dd></dl>",
            lambda _: f"<nav><a href=/>{_GONE}</a></nav>",
            lambda _: f"<button>{self.word()}</button><div hidden>{self.inline()}</div>",
        ]
        if depth and len(self.seen) < _WORDS:
            kinds += [
                lambda d: f"<ul><li>{self.blocks(d - 1)}</li>{self.blocks(d - 1)}</ul>",
                lambda d: f"<ol start=3><li>{self.blocks(d - 1)}<li>{self.inline()}</ol>",
                lambda d: (
                    f"<details><summary>{self.inline()}</summary>{self.blocks(d - 1)}</details>"
                ),
                lambda d: f"<article>{self.blocks(d - 1)}</article>",
                lambda d: f"<form><p>{self.word()}</p>{self.blocks(d - 1)}</form>",
                # one that is mostly links is noise
                lambda _: f"<aside><p>{self.word()}</p>{self.word()}</aside>",
                self._table,
            ]
        return "".join(kind(depth) for kind in self._some(kinds))

    def _table(self, depth: int) -> str:
        spans = st.sampled_from(["", " rowspan=2", " colspan=2", " rowspan=0", " colspan=3"])
        rows = []
        for tag in ("th", "td", "td"):
            cells = [self.inline(), self.blocks(depth - 1)]
            rows.append("".join(f"<{tag}{self._draw(spans)}>{cell}</{tag}>" for cell in cells))
        return f"<table><caption>{self.word()}</caption>{''.join(f'<tr>{r}' for r in rows)}</table>"

    def _some(self, kinds: list[_T]) -> list[_T]:
        return self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))


@st.composite
def _pages(draw: st.DrawFn) -> tuple[str, list[str]]:
    author = _Author(draw)
    body = f"<p>{author.word()}</p>{author.blocks(3)}"
    around = draw(st.sampled_from(["{}", "<main>{}</main>", "<form>{}</form>", "<div>{}</div>"]))
    return f"<body>{around.format(body)}</body>", author.seen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_pages())
def test_each_visible_word_is_in_a_chunk(drawn: tuple[str, list[str]]) -> None:
    source, seen = drawn
    document = parse_html(Content(data=source.encode()), LIMITS)
    chunks = chunk_document(document, SIZES)
    words = set()
    for chunk in chunks:
        words |= set(re.findall(r"word\d+x", " ".join([*chunk.heading_path, chunk.text])))
    assert words >= set(seen)
    assert _GONE not in document.text
