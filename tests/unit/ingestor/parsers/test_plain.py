"""Plain text has paragraphs, underlined headings, lists and indented blocks."""

from __future__ import annotations

from tests.unit.ingestor.conftest import LIMITS

from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.plain import parse_plain

SOURCE = """Getting started
***************

First paragraph,
two lines.

Details
=======
Directly below.

* one

* two

   code line

   more code

Last
"""


def _parse(source: str) -> ParsedDocument:
    return parse_plain(Content(data=source.encode()), LIMITS)


def test_blocks_are_slices_of_the_source() -> None:
    document = _parse(SOURCE)
    assert [(b.kind, document.text[b.start : b.end].rstrip("\n")) for b in document.blocks] == [
        (BlockKind.HEADING, "Getting started\n***************"),
        (BlockKind.PARAGRAPH, "First paragraph,\ntwo lines."),
        (BlockKind.HEADING, "Details\n======="),
        (BlockKind.PARAGRAPH, "Directly below."),
        (BlockKind.LIST, "* one\n\n* two"),
        (BlockKind.CODE, "   code line\n\n   more code"),
        (BlockKind.PARAGRAPH, "Last"),
    ]


def test_heading_levels_follow_the_order_of_underlines() -> None:
    levels = [block.level for block in _parse(SOURCE).blocks if block.heading]
    assert levels == [1, 2]


def test_an_underlined_first_heading_is_the_title() -> None:
    assert _parse(SOURCE).title == "Getting started"
    assert _parse("Words only").title is None
