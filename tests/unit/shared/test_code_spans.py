"""Code spans as CommonMark delimits them, in one pass over the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ragline.code_spans import code_spans


def spans(text: str) -> list[str]:
    return [text[start:end] for start, end in code_spans(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a `b` c", ["`b`"]),
        ("``a ` b`` `c`", ["``a ` b``", "`c`"]),
        ("`a `` b`", ["`a `` b`"]),
        ("```\nx = y[2]\n```", ["```\nx = y[2]\n```"]),
        ("a ` stray tick", []),
        ("``` never closed ``", []),
        ("` `` `", ["` `` `"]),
        ("", []),
    ],
)
def test_equally_many_backticks_close_a_span(text: str, found: list[str]) -> None:
    assert spans(text) == found


@given(st.text("`ab", max_size=30))
def test_spans_are_those_of_commonmark(text: str) -> None:
    (paragraph,) = MarkdownIt("commonmark").parse(f"b{text}a")[1:2]
    code = [child.content for child in paragraph.children or () if child.type == "code_inline"]
    assert [span.strip("`") for span in spans(f"b{text}a")] == [c.strip("`") for c in code]


def test_many_runs_that_nothing_closes_are_looked_at_once() -> None:
    text = " ".join("`" * length for length in range(1, 2_000))
    assert spans(text) == []
