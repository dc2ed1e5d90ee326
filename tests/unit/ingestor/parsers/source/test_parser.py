"""Source code: a part for each definition, its comment as text, and no line lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import chunk_document
from ragline_ingestor.document import BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.source.languages import LANGUAGES
from ragline_ingestor.parsers.source.parser import source_parser

_BY_NAME = {language.name: source_parser(language) for language in LANGUAGES.values()}


def parsed(language: str, text: str) -> ParsedDocument:
    return _BY_NAME[language](Content(data=text.encode()), LIMITS)


def headings(language: str, text: str) -> list[str]:
    return [block.heading for block in parsed(language, text).blocks if block.heading]


def test_a_comment_is_text_above_the_code() -> None:
    source = (
        "/** parseInvoice reads an invoice\n * in UBL. */\n"
        "export function parseInvoice(xml: string): Position[] {\n  return [];\n}\n"
    )
    document = parsed("typescript", source)
    assert document.text == (
        "parseInvoice\n\nparseInvoice reads an invoice\nin UBL.\n\n"
        "```typescript\nexport function parseInvoice(xml: string): Position[] {\n"
        "  return [];\n}\n```"
    )
    assert [block.kind for block in document.blocks] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.CODE,
    ]


def test_a_docstring_is_text_and_stays_in_the_code() -> None:
    source = 'def half_life(t):\n    """Return the days: 12."""\n    return 12\n'
    assert parsed("python", source).text == (
        f"half_life\n\nReturn the days: 12.\n\n```python\n{source}```"
    )


@pytest.mark.parametrize(
    ("language", "source", "names"),
    [
        (
            "python",
            "import x\n\nclass A:\n    @property\n    async def b(self):\n        def c(): pass\n"
            "\ndef d(): pass\n",
            ["A", "b", "d"],
        ),
        (
            "java",
            "@Entity\npublic class A extends B {\n    @Override\n    public int b(int x) {\n"
            "        if (x > 1) { c(); }\n        return 1;\n    }\n}\n",
            ["A", "b"],
        ),
        ("go", "package p\n\nfunc (s *Server) Start(x int) error {\n\treturn nil\n}\n", ["Start"]),
        ("rust", "impl<T> A {\n    pub(crate) fn b(&self) {}\n}\n", ["A", "b"]),
        ("c", "static int add(int a, int b)\n{\n  return sub(a);\n}\n", ["add"]),
        (
            "csharp",
            "namespace N\n{\n    public class A\n    {\n        void B() {\n",
            ["N", "A", "B"],
        ),
        ("javascript", "const f = async (x) => x;\nfoo(1);\nf(2);\n", ["f"]),
        ("ruby", "module M\n  class A\n    def b?\n    end\n  end\nend\n", ["M", "A", "b"]),
        ("sh", "#!/bin/sh\nset -e\ndeploy() {\n  run x\n}\ndeploy\n", ["deploy"]),
        ("sql", "CREATE OR REPLACE VIEW shop.totals AS SELECT 1;\nSELECT 2;\n", ["shop.totals"]),
        ("hcl", 'resource "aws_instance" "web" {\n}\n', ["aws_instance"]),
    ],
)
def test_definitions_are_found(language: str, source: str, names: list[str]) -> None:
    assert headings(language, source) == names


def test_what_a_file_begins_with_is_text() -> None:
    source = "#!/bin/sh\n# deploys Corvo\nkubectl apply\n"
    assert parsed("sh", source).text == ("deploys Corvo\n\n```sh\n#!/bin/sh\nkubectl apply\n```")


def test_a_pasted_command_is_whole() -> None:
    source = "deploy() {\n  a \\\n    --b\n\n  c\n}\n"
    assert source.rstrip() in parsed("sh", source).text


_LINES = st.sampled_from(
    (
        *("def {}(x):", "class {}:", "    def {}(self):", "    return {}", "# {}", "{} = 1"),
        *(
            "/* {}",
            "{} */",
            "// {}",
            "public int {}() {{",
            "}} // {}",
            "function {}() {{",
            "",
            "   ",
        ),
        *('    """{}', '{}"""', "-- {}", "CREATE TABLE {} (", "```{}", "#!/bin/{}", "  @{}"),
    )
)


@given(st.sampled_from(sorted(_BY_NAME)), st.lists(_LINES, min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_every_word_is_in_a_chunk(language: str, drawn: list[str]) -> None:
    source = "\n".join(line.format(f"word{number}") for number, line in enumerate(drawn))
    chunks = chunk_document(parsed(language, source), SIZES)
    found = "\n".join(text for each in chunks for text in (each.text, *each.heading_path))
    assert set(re.findall(r"word\d+", found)) == set(re.findall(r"word\d+", source))
