"""reStructuredText of strangers: no files, no output, no unbounded work, no traces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS

from ragline.contracts.media_types import RST
from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers import parse


def parsed(text: str) -> ParsedDocument:
    return parse(Content(data=text.encode()), media_type=RST, limits=LIMITS)


@pytest.mark.parametrize(
    "directive",
    [
        ".. include:: /etc/passwd",
        ".. raw:: html\n   :file: /etc/passwd",
        ".. csv-table::\n   :file: /etc/passwd",
        ".. literalinclude:: /etc/passwd",
    ],
)
def test_no_file_is_read(directive: str) -> None:
    assert "root:" not in parsed(f"Text.\n\n{directive}\n").text


def nested_tables(depth: int) -> str:
    lines = ["deep"]
    for _ in range(depth):
        width = max(map(len, lines)) + 2
        rule = f"+{'-' * width}+"
        lines = [rule, *(f"| {line.ljust(width - 2)} |" for line in lines), rule]
    return "\n".join(lines)


def test_tables_in_tables_are_read_once() -> None:
    assert parsed(nested_tables(30)).text == "deep"


def test_markup_in_a_huge_paragraph_is_text() -> None:
    text = " ".join(["*a", "`b", "|c", "d:e"] * 20_000)
    assert parsed(text).text == text


def test_substitutions_that_double_are_refused() -> None:
    steps = "".join(f".. |s{n}| replace:: |s{n - 1}| |S{n - 1}|\n" for n in range(1, 40))
    with pytest.raises(InvalidDocument) as caught:
        parsed(f".. |s0| replace:: ha\n{steps}\n|s39|\n")
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("mark", ["* ", ".. note:: ", ""], ids=["list", "note", "quote"])
def test_nesting_without_end_is_refused(mark: str) -> None:
    with pytest.raises(InvalidDocument):
        parsed("".join(f"{'   ' * level}{mark or 'a'}x\n\n" for level in range(600)))


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    parsed("Title\n==\n\n`x\n\n.. x::\n\n:y:`z` |a|_ b_\n\n.. include:: /etc/passwd\n")
    assert capfd.readouterr() == ("", "")


def test_names_of_one_document_mean_nothing_in_the_next() -> None:
    parsed(".. role:: shout\n.. default-role:: shout\n\nSome :shout:`loud` text.")
    assert parsed("Some :shout:`loud` and `default` text.").text == "Some loud and default text."


def test_directives_nested_without_end_are_text() -> None:
    deep = "".join(f"{'   ' * level}.. box{level}::\n\n" for level in range(60))
    document = parsed(f"Start.\n\n{deep}{'   ' * 60}the end\n")
    assert "the end" in document.text


MARKUP = st.sampled_from(
    [
        *"ab \n:`*=-|_[]<>",
        "\n\n",
        "   ",
        ".. ",
        "::",
        "note::",
        ".. x::\n\n   ",
        "====\n",
        "* ",
        "1. ",
    ]
)


@given(st.lists(MARKUP, max_size=60).map("".join))
def test_any_text_has_blocks_in_order_or_is_refused(text: str) -> None:
    try:
        document = parsed(text)
    except InvalidDocument:
        return
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
