"""AsciiDoc: its structure and text, as a reader of the page sees it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.asciidoc.parser import parse_asciidoc


def parsed(text: str) -> ParsedDocument:
    return parse_asciidoc(Content(data=text.encode()), LIMITS)


def blocks(text: str) -> list[tuple[BlockKind, str]]:
    document = parsed(text)
    return [(b.kind, document.text[b.start : b.end].strip()) for b in document.blocks]


def test_headings_steps_and_code_keep_their_structure() -> None:
    text = (
        "= Guide\n:version: 2.4\n\nVersion {version}. // kept\n// a comment\n\n== Install\n\n"
        ". Get it.\n.. Check it.\n. Run it:\n\n[source,bash]\n----\ncorvo --port 6120\n----\n"
    )
    assert parsed(text).title == "Guide"
    assert blocks(text) == [
        (BlockKind.HEADING, "# Guide"),
        (BlockKind.PARAGRAPH, "Version 2.4. // kept"),
        (BlockKind.HEADING, "## Install"),
        (BlockKind.LIST, "1. Get it.\n   1. Check it.\n2. Run it:"),
        (BlockKind.CODE, "```bash\ncorvo --port 6120\n```"),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("See link:https://x.example/a[the docs^].", "See [the docs](https://x.example/a)."),
        ("See https://x.example/a[docs].", "See [docs](https://x.example/a)."),
        ("See <<inst,Installation>> or <<big_steps>>.", "See Installation or big steps."),
        ("Keep 10^6^ bytes.", "Keep 10⁶ bytes."),
        ("Since 2.footnote:[In May.]", "Since 2. (In May.)"),
        ("image::a.png[A red chair,300]", "![A red chair](a.png)"),
        ("NOTE: Be quick.", "Note: Be quick."),
        ("[WARNING]\n====\nNever stop.\n====", "Warning: Never stop."),
        ("Press kbd:[F1].", "Press F1."),
        ("[quote, Ana Duarte]\nBe quick.", "Ana Duarte:\n\nBe quick."),
        ("CPU:: The brain.", "- CPU: The brain."),
        ("ifdef::x[shown]", "shown"),
    ],
)
def test_markup_is_read(text: str, read: str) -> None:
    assert parsed(text).text.strip() == read


@pytest.mark.parametrize(
    "table",
    [
        "|===\n|Name |Price\n|Alba |149 EUR\n|===",
        '[cols="1,1",options="header"]\n|===\n|Name\n|Price\n|Alba\n|149\nEUR\n|===',
        "[cols=2*]\n|===\n|Name |Price\n\n2+|Alba |149 EUR\n|===",
        ",===\nName,Price\nAlba,149 EUR\n,===",
    ],
)
def test_tables_have_names_and_rows(table: str) -> None:
    (found,) = [text for kind, text in blocks(table) if kind is BlockKind.TABLE]
    assert found.split("\n")[0] == "| Name | Price |"
    assert re.fullmatch(r"\| Alba \| 149,? EUR \|", found.split("\n")[2])


def test_files_that_are_included_are_told() -> None:
    document = parsed("= A\n\ninclude::other.adoc[]\n\ntext")
    assert "other.adoc" in document.warnings[0]


_LINES = st.sampled_from(
    (
        *("= {}", "=== {}", "{}", "* {}", "** {}", ". {}", "{}:: {}", ".{}", "NOTE: {}", "", "+"),
        *("----", "====", "|===", "|{} |{}", "2+|{}", "*{}* `{}`", "https://x.example/{}[{}]"),
        *("[source,{}]", "<<a,{}>>", "footnote:[{}]", "10^{}^", "kbd:[{}]", "image::a[{}]", "____"),
    )
)


@given(st.lists(_LINES, min_size=1, max_size=20))
@settings(max_examples=150, deadline=None)
def test_every_word_is_in_a_chunk(drawn: list[str]) -> None:
    lines = [line.format(f"word{n}a", f"word{n}b") for n, line in enumerate(drawn)]
    source = "\n".join(["word", *lines])
    seen = re.sub(r"(?m)^\[source,.*\]$", "", source)
    chunks = chunk_document(parsed(source), SIZES)
    found = "\n".join(text for each in chunks for text in (each.text, *each.heading_path))
    assert set(re.findall(r"word\w*", found)) >= set(re.findall(r"word\w*", seen))
