"""Markdown's text is what a reader of the page sees, at the place where it is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.markdown import parse_markdown

_T = TypeVar("_T")
_GONE = "gone"


def _parse(source: str) -> ParsedDocument:
    return parse_markdown(Content(data=source.encode()), LIMITS)


def _blocks(source: str) -> list[str]:
    document = _parse(source)
    return [document.text[b.start : b.end].strip() for b in document.blocks]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("10<sup>6</sup> of H<sub>2</sub>O", "10⁶ of H₂O"),
        ("300 m<SUP class=x>2</SUP>", "300 m²"),
        ("`x`<sup>2</sup> and `10<sup>6</sup>`", "`x`² and `10<sup>6</sup>`"),
        ("5<sup>[1](#f1)</sup> days", "5[1] days"),
        ('5<sup><a href="#f1">1</a></sup> days', "5[1] days"),
        ("| A |\n|---|\n| 10<sup>6</sup> |", "| A |\n|---|\n| 10⁶ |"),
        ("- 10<sup>6</sup>", "- 10⁶"),
        ("```\n10<sup>6</sup>\n```", "```\n10<sup>6</sup>\n```"),
        ("until 18:00<br>Saturday<br/><br />Sunday", "until 18:00\nSaturday\nSunday"),
        ("| A |\n|---|\n| Ana<br>Ben.<br>Eva |", "| A |\n|---|\n| Ana, Ben. Eva |"),
        ("# Ana<br>Ben", "# Ana Ben"),
        ("See [here][s], [s] and [s][].\n\n[s]: https://s.example",
         "See [here](https://s.example), [s](https://s.example) and [s](https://s.example)."),
        ("![Three zones][s]\n\n[s]: a.png", "![Three zones](a.png)"),
        ("[x](y) [unknown] [ ]", "[x](y) [unknown] [ ]"),
    ],
)  # fmt: skip
def test_markup_that_changes_the_meaning_is_read(source: str, text: str) -> None:
    assert _blocks(source) == [text]


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("One <!-- secret --> two.", ["One  two."]),
        ("- one\n  <!-- secret\n  secret -->\n- two", ["- one\n  \n- two"]),
        ("| A |\n|---|\n| 1 <!-- secret --> |", ["| A |\n|---|\n| 1  |"]),
        ("<!-- secret -->\n\nText `<!-- kept -->`", ["Text `<!-- kept -->`"]),
        ("```\n<!-- kept -->\n```", ["```\n<!-- kept -->\n```"]),
        ("> quoted <!-- secret -->", ["> quoted"]),
    ],
)
def test_comments_are_out(source: str, blocks: list[str]) -> None:
    assert _blocks(source) == blocks


def test_a_comment_without_end_hides_nothing_and_is_told() -> None:
    document = _parse("Text.\n\n<!-- begun\n\n## Prices\n\n5 EUR")
    assert [b.heading for b in document.blocks if b.heading] == ["Prices"]
    assert document.warnings == ("a comment has no end (`-->`): the text behind it is indexed",)


def test_footnotes_stand_below_the_block_that_refers_to_them() -> None:
    source = (
        "Two years.[^b] Really.[^b]\n\n| A |\n|---|\n| 1[^x] |\n\n# Next\n\nEnd.\n\n"
        "[^x]: Excluding *tax*.\n    More[^z] lines.\n\n[^b]: Batteries: 10<sup>6</sup>.\n"
        "[^z]: Nested.\n"
    )
    assert _blocks(source) == [
        "Two years.[1] Really.[1]",
        "[1] Batteries: 10⁶.",
        "| A |\n|---|\n| 1[2] |",
        "[2] Excluding *tax*.\nMore[3] lines.",
        "[3] Nested.",
        "# Next",
        "End.",
    ]


def test_footnotes_without_reference_stay_where_they_are() -> None:
    assert _blocks("Text.\n\n[^1]: Alone.\n\nEnd with `[^1]`.") == [
        "Text.",
        "[^1]: Alone.",
        "End with `[^1]`.",
    ]
    assert _blocks("Text.[^1]\n\n[^1]: https://x.example") == [
        "Text.[1]",
        "[1] https://x.example",
    ]


def test_details_are_text_below_their_summary() -> None:
    source = "<details>\n<summary>Schools</summary>\n\nGet *40* percent.\n\n</details>\n\nEnd."
    assert _blocks(source) == ["**Schools**", "Get *40* percent.", "End."]


@pytest.mark.parametrize("fence", ["```text", "~~~"])
def test_a_fence_without_end_ends_with_its_lines(fence: str) -> None:
    document = _parse(f"# Logs\n\n{fence}\n# no heading\nlevel=info\n\n## Prices\n\n5 EUR")
    assert [b.heading for b in document.blocks if b.heading] == ["Logs", "Prices"]
    assert [b.kind for b in document.blocks][1] is BlockKind.CODE


def test_a_fence_in_an_item_ends_with_it() -> None:
    blocks = _parse("- run\n  ```\n  x\n\n# Next\n\ntext").blocks
    assert [b.kind for b in blocks] == [BlockKind.LIST, BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_a_closed_fence_keeps_its_blank_lines() -> None:
    assert _blocks("````md\n```x\n\ny\n```\n````\n\n```\na\n\nb\n```") == [
        "````md\n```x\n\ny\n```\n````",
        "```\na\n\nb\n```",
    ]


class _Author:
    """Draws a document and remembers the words that it shows."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.seen: list[str] = []
        self.notes: list[str] = []

    def word(self) -> str:
        word = f"word{len(self.seen)}x"
        self.seen.append(word)
        return word

    def inline(self) -> str:
        kinds: list[Callable[[], str]] = [
            lambda: f"{self.word()} *{self.word()}*",
            lambda: f"{self.word()}<br>{self.word()}",
            lambda: f"{self.word()}<sup>{self.word()}</sup> `{self.word()}`",
            lambda: f"{self.word()} <!-- {_GONE} --> {self.word()}",
            lambda: f"[{self.word()}][ref] ![{self.word()}](a.png)",
            self._note,
        ]
        return " ".join(kind() for kind in self._some(kinds))

    def _note(self) -> str:
        word = self.word()
        self.notes.append(f"[^n{len(self.notes)}]: {self.word()}\n")
        return f"{word}[^n{len(self.notes) - 1}]"

    def block(self) -> str:
        kinds: list[Callable[[], str]] = [
            self.inline,
            lambda: f"## {self.word()} {self._note()}",
            lambda: f"# ![{self.word()}](logo.png)",
            lambda: f"- {self.inline()}\n- {self.inline()}\n  ```\n  {self.word()}\n  ```",
            lambda: f"```\n{self.word()}\n\n{self.word()}\n```",
            lambda: f"| {self.word()} | b |\n|---|---|\n| {self.inline()} | {self.word()} |",
            lambda: f"> {self.inline()}",
            lambda: f"<details>\n<summary>{self.word()}</summary>\n\n{self.inline()}\n\n</details>",
            lambda: f"<div>\n<p>{self.word()}</p>\n</div>",
            lambda: f"<!-- {_GONE}\n\n{_GONE} -->",
            lambda: f"!!! note\n    {self.inline()}",
        ]
        return "\n\n".join(kind() for kind in self._some(kinds))

    def _some(self, kinds: list[_T]) -> list[_T]:
        return self._draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))


@st.composite
def _documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    author = _Author(draw)
    matter = draw(st.sampled_from(["", "---\ntitle: 1\n---\n", "+++\ntitle = 1\n+++\n", "---\n\n"]))
    body = author.block()
    if draw(st.booleans()):
        body += f"\n\n```\n{author.word()}"
    notes = "".join(author.notes)
    return f"{matter}{body}\n\n{notes}\n[ref]: https://x.example\n", author.seen


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_documents())
def test_each_visible_word_is_in_a_chunk(drawn: tuple[str, list[str]]) -> None:
    source, seen = drawn
    document = _parse(source)
    words: set[str] = set()
    for chunk in chunk_document(document, SIZES):
        assert chunk.text == document.text[chunk.start : chunk.end]
        words |= set(re.findall(r"word\d+x", " ".join([*chunk.heading_path, chunk.text])))
        assert _GONE not in chunk.text
    assert words >= set(seen)
