"""Markdown blocks point into the source."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS

from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.markdown import parse_markdown


def _parse(source: str) -> ParsedDocument:
    return parse_markdown(Content(data=source.encode()), LIMITS)


def _blocks(source: str) -> list[tuple[BlockKind, str]]:
    document = _parse(source)
    return [(b.kind, document.text[b.start : b.end].rstrip("\n")) for b in document.blocks]


def test_each_structure_is_one_block_of_source() -> None:
    source = (
        "# Title\n\nSome *text*\nin two lines.\n\n- one\n\n- two\n  - nested\n\n"
        "```sh\n# no heading\n\nls\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n"
        "    indented\n\nSetext\n------\n"
    )
    assert _blocks(source) == [
        (BlockKind.HEADING, "# Title"),
        (BlockKind.PARAGRAPH, "Some *text*\nin two lines."),
        (BlockKind.LIST, "- one\n\n- two\n  - nested"),
        (BlockKind.CODE, "```sh\n# no heading\n\nls\n```"),
        (BlockKind.TABLE, "| a | b |\n|---|---|\n| 1 | 2 |"),
        (BlockKind.PARAGRAPH, "> quoted"),
        (BlockKind.CODE, "    indented"),
        (BlockKind.HEADING, "Setext\n------"),
    ]


def test_headings_are_plain_words() -> None:
    document = _parse("## The `x-delay` **header** <a id='y'></a> {#delay}\n\ntext")
    assert next((b.heading, b.level) for b in document.blocks) == ("The x-delay header", 2)


def test_front_matter_gives_title_and_language() -> None:
    document = _parse("---\ntitle: From matter\nlang: de\ntags: [a]\n---\n# Heading\n\ntext")
    assert (document.title, document.language) == ("From matter", "de")
    assert document.blocks[0].heading == "Heading"


def test_broken_front_matter_is_ignored() -> None:
    assert _parse("---\ntitle: [\n---\n# Heading\n\ntext").title == "Heading"


def test_without_front_matter_the_first_top_heading_is_the_title() -> None:
    assert _parse("## Sub\n\n# Top\n").title == "Top"
    assert _parse("plain").title is None


def test_what_the_rendered_page_does_not_show_is_no_block() -> None:
    source = (
        "<!--\nLicence text\n\nmore\n-->\n\nimport Tabs from '@theme/Tabs';\n"
        'import {\n  A,\n} from "b"\n\n<Tabs>\n\n:::tip\n\nUse it.\n\n:::\n\n</Tabs>\n\n---\n'
    )
    assert _blocks(source) == [(BlockKind.PARAGRAPH, "Use it.")]


def test_an_admonition_with_a_title_keeps_it() -> None:
    assert (BlockKind.PARAGRAPH, ":::note[What is an offset?]") in _blocks(
        ":::note[What is an offset?]\n\nA position.\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        '!!! note "Mind"\n    One.\n\n    Two.',
        "??? tip\n\n    Folded.",
        "> [!NOTE]\n> One.\n>\n> Two.",
        ":::note\nOne.\n:::",
    ],
    ids=["MkDocs", "folded", "GitHub", "Docusaurus"],
)
def test_an_admonition_is_one_paragraph(source: str) -> None:
    assert _blocks(f"{source}\n\nafter\n") == [
        (BlockKind.PARAGRAPH, source),
        (BlockKind.PARAGRAPH, "after"),
    ]


def test_code_right_below_a_component_tag_stays_code() -> None:
    source = '<TabItem value="bash">\n```bash\n# starts it\n\n# and more\nrun\n```\n</TabItem>\n'
    assert _blocks(source) == [(BlockKind.CODE, "```bash\n# starts it\n\n# and more\nrun\n```")]


def test_a_code_component_is_code() -> None:
    source = '<CodeBlock language="ini">\n{`# pin\n\n# more`}\n</CodeBlock>\n\nafter'
    assert [kind for kind, _ in _blocks(source)] == [BlockKind.CODE, BlockKind.PARAGRAPH]


def test_an_html_table_is_a_table() -> None:
    assert _blocks("<table>\n<tr><td>cell</td></tr>\n</table>\n")[0][0] is BlockKind.TABLE


def test_text_over_the_limit_is_not_parsed() -> None:
    document = parse_markdown(Content(data=b"words words"), replace(LIMITS, text_chars=5))
    assert (len(document.text), document.blocks) == (11, ())


def test_offsets_hold_with_windows_line_ends_and_astral_characters() -> None:
    assert _blocks("# 👩‍👩‍👧 heading\r\n\r\nمرحبا بالعالم\r\n") == [
        (BlockKind.HEADING, "# 👩‍👩‍👧 heading"),
        (BlockKind.PARAGRAPH, "مرحبا بالعالم"),
    ]
