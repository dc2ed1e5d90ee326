"""Notebooks: text, code and what it printed, without pictures' bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.notebook import parse_notebook


def parsed(*cells: Mapping[str, object], **around: object) -> ParsedDocument:
    notebook = {"nbformat": 4, "cells": list(cells), **around}
    return parse_notebook(Content(data=json.dumps(notebook).encode()), LIMITS)


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def test_cells_are_text_and_code() -> None:
    markdown = {"cell_type": "markdown", "source": ["# Lyra party\n", "82 guests came."]}
    kernel = {"kernelspec": {"language": "julia"}}
    document = parsed(markdown, code("plot(guests)"), metadata=kernel)
    assert document.title == "Lyra party"
    assert document.text == "# Lyra party\n82 guests came.\n\n```julia\nplot(guests)\n```"


def test_what_code_printed_is_kept() -> None:
    text = parsed(
        code(
            "x",
            {"output_type": "stream", "text": ["mean: 41.5\n"]},
            {"output_type": "execute_result", "data": {"text/plain": "42"}},
            {"output_type": "error", "ename": "KeyError", "evalue": "'y'", "traceback": ["long"]},
        )
    ).text
    assert "mean: 41.5" in text
    assert "```\n42\n```" in text
    assert "KeyError\n'y'" in text


def test_a_table_that_code_shows_is_a_table() -> None:
    html = "<table><tr><th>name</th><th>qty</th></tr><tr><td>a</td><td>1</td></tr></table>"
    document = parsed(code("df", {"data": {"text/html": [html], "text/plain": "name qty"}}))
    assert BlockKind.TABLE in [block.kind for block in document.blocks]
    assert "name | qty" in document.text


def test_pictures_are_told_and_their_bytes_left_out() -> None:
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480>"}
    document = parsed(code("plot()", {"data": data}))
    assert "iVBOR" not in document.text
    assert document.warnings[0].startswith("1 pictures in the outputs")


def test_a_notebook_of_version_3_is_read() -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Guests"}, {"cell_type": "code"}]
    notebook = {"nbformat": 3, "worksheets": [{"cells": cells}]}
    document = parse_notebook(Content(data=json.dumps(notebook).encode()), LIMITS)
    assert document.text == "## Guests"


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a": 1}'])
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_notebook(Content(data=data), LIMITS)
    assert refused.value.code == "corrupt_notebook"


_WORDS = st.integers(0, 10**6).map("word{}".format)


@given(
    st.lists(
        st.one_of(
            st.builds(lambda w: {"cell_type": "markdown", "source": f"# {w}\n\n- {w}a"}, _WORDS),
            st.builds(lambda w: {"cell_type": "raw", "source": [w]}, _WORDS),
            st.builds(lambda w, o: code(f"f({w})", {"text": o}), _WORDS, _WORDS),
        ),
        min_size=1,
    )
)
@settings(max_examples=60, deadline=None)
def test_every_word_is_in_a_chunk(cells: list[dict[str, object]]) -> None:
    chunks = chunk_document(parsed(*cells), SIZES)
    found = "\n".join(text for each in chunks for text in (each.text, *each.heading_path))
    seen = set(re.findall(r"word\d+", json.dumps(cells)))
    assert set(re.findall(r"word\d+", found)) == seen
