"""Chunks are slices of the source that follow its structure."""

from __future__ import annotations

import itertools

import regex
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline_ingestor.chunking import Chunk, ChunkSizes, chunk_document
from ragline_ingestor.document import Block, BlockKind, Content, ParsedDocument
from ragline_ingestor.parsers.markdown import parse_markdown
from ragline_ingestor.parsers.plain import parse_plain

SMALL = ChunkSizes(target=80, minimum=20, overlap=20, maximum=160)
SENTENCE = "Queues hold messages until a consumer takes them. "


def _chunks(source: str, sizes: ChunkSizes | None = None) -> list[Chunk]:
    document = parse_markdown(Content(data=source.encode()), LIMITS)
    return chunk_document(document, sizes or SIZES)


def test_a_section_is_a_chunk_with_its_heading_path() -> None:
    body = SENTENCE * 6
    chunks = _chunks(f"# Guide\n\n{body}\n\n## Setup\n\n{body}\n\n# Other\n\n{body}\n")
    assert [chunk.heading_path for chunk in chunks] == [
        ("Guide",),
        ("Guide", "Setup"),
        ("Other",),
    ]
    assert {chunk.text for chunk in chunks} == {body.strip()}


def test_code_lists_and_tables_between_target_and_maximum_stay_whole() -> None:
    code = "```\n" + "call()\n" * 20 + "```"
    items = "\n".join(f"- item number {n}" for n in range(8))
    table = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | value |" for n in range(8))
    for block in (code, items, table):
        assert SMALL.target < len(block) <= SMALL.maximum
        chunks = _chunks(f"Before.\n\n{block}\n", SMALL)
        assert any(block in chunk.text for chunk in chunks)


def test_oversize_code_is_cut_between_lines() -> None:
    lines = [f"call_number_{n}(argument)" for n in range(40)]
    chunks = _chunks("```\n" + "\n".join(lines) + "\n```\n", SMALL)
    inside = [line for chunk in chunks for line in chunk.text.split("\n") if line != "```"]
    assert inside == lines


def test_oversize_lists_are_cut_between_items() -> None:
    items = [f"- item {n}\n  with a second line" for n in range(20)]
    for chunk in _chunks("\n".join(items), SMALL):
        assert chunk.text.startswith("- item")
        assert chunk.text.endswith("second line")


def test_long_paragraphs_are_cut_between_sentences_and_overlap() -> None:
    chunks = _chunks(SENTENCE * 40)
    assert len(chunks) > 2
    for before, chunk in itertools.pairwise(chunks):
        assert before.text.endswith(".")
        assert chunk.text.startswith("Queues")
        assert 0 < before.end - chunk.start <= SIZES.overlap


def test_code_does_not_overlap() -> None:
    chunks = _chunks("```\n" + "x = 1\n" * 400 + "```\n")
    assert all(a.end <= b.start for a, b in itertools.pairwise(chunks))


def test_small_sections_join_and_then_show_their_headings() -> None:
    chunks = _chunks("# Guide\n\n## A\n\nShort.\n\n## B\n\nAlso short.\n")
    assert [(chunk.heading_path, chunk.text) for chunk in chunks] == [
        (("Guide",), "## A\n\nShort.\n\n## B\n\nAlso short.")
    ]


def test_a_heading_without_text_of_its_own_is_shown_when_its_sections_join_others() -> None:
    chunks = _chunks("# Rooms\n\n## Oberon\n\nTwelve seats.\n\n# Desks\n\nNone.")
    assert [chunk.heading_path for chunk in chunks] == [()]
    assert all(word in chunks[0].text for word in ("Rooms", "Oberon", "Desks"))


def test_a_page_of_bare_headings_is_still_found() -> None:
    [chunk] = _chunks("# Only a title\n")
    assert (chunk.text, chunk.heading_path) == ("# Only a title", ())


def test_indentation_of_a_first_code_line_is_kept() -> None:
    [chunk] = _chunks("    indented\n      more\n")
    assert chunk.text == "    indented\n      more"


def test_text_without_spaces_is_cut_between_graphemes() -> None:
    family = "👩‍👩‍👧‍👦"
    for chunk in _chunks(family * 60, SMALL):
        assert chunk.text == family * (len(chunk.text) // len(family))


def test_chinese_and_arabic_are_cut_at_their_own_sentence_ends() -> None:
    for sentence in ("队列保存消息直到消费者取走它们。", "هل الرسالة في قائمة الانتظار الآن؟ "):
        for chunk in _chunks(sentence * 30, SMALL)[:-1]:
            assert chunk.text[-1] in "。؟"


# mostly control characters would be refused as binary
_line = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
_structures = st.one_of(
    _line,
    st.text(alphabet="ab .\n\t", max_size=300),
    st.builds(lambda n, t: f"{'#' * n} {t}", st.integers(1, 6), _line),
    st.builds(lambda lines: "\n".join(f"- {x}" for x in lines), st.lists(_line, max_size=12)),
    st.builds(lambda t: f"```\n{t}\n```", st.text(alphabet="xy (\n", max_size=300)),
    st.builds(lambda n: "|a|b|\n|-|-|\n" + "|1|2|\n" * n, st.integers(1, 40)),
    st.sampled_from(["👩‍👩‍👧" * 90, "مرحبا بالعالم. " * 20, "e\u0301" * 200, "🇩🇪" * 150, "<Tabs>"]),
)
_documents = st.lists(_structures, max_size=12).map("\n\n".join)
_sizes = st.builds(
    lambda minimum, more, overlap, most: ChunkSizes(
        minimum=minimum,
        target=minimum + more,
        overlap=min(overlap, minimum + more - 1),
        maximum=minimum + more + most,
    ),
    st.integers(0, 60),
    st.integers(10, 100),
    st.integers(0, 40),
    st.integers(0, 100),
)


@given(_documents, _sizes)
@example("a" * 5_000, SMALL)
@example("e" + "\u0301" * 5_000, SMALL)
def test_chunks_of_any_document(source: str, sizes: ChunkSizes) -> None:
    for parser in (parse_markdown, parse_plain):
        document = parser(Content(data=source.encode(), charset="utf-8"), LIMITS)
        check(document, chunk_document(document, sizes), sizes)


def check(document: ParsedDocument, chunks: list[Chunk], sizes: ChunkSizes) -> None:
    text = document.text
    assert all(chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
    assert all(chunk.text.strip() for chunk in chunks)
    assert all(len(chunk.text) <= sizes.maximum for chunk in chunks)
    pairs = list(itertools.pairwise(chunks))
    assert all(a.start < b.start and a.end < b.end for a, b in pairs)
    assert all(a.end - b.start <= sizes.overlap for a, b in pairs)
    covered = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    assert _required(document) <= covered
    _check_graphemes(text, chunks, sizes)


def _required(document: ParsedDocument) -> set[int]:
    """Positions of everything visible but headings above text of their own."""
    blocks = document.blocks
    above = {
        block
        for block, following in itertools.pairwise(blocks)
        if block.kind is BlockKind.HEADING and _opens(block, following)
    }
    return {
        i
        for block in blocks
        if block not in above
        for i in range(block.start, block.end)
        if not document.text[i].isspace()
    }


def _opens(heading: Block, following: Block) -> bool:
    return following.kind is not BlockKind.HEADING or following.level > heading.level


def _check_graphemes(text: str, chunks: list[Chunk], sizes: ChunkSizes) -> None:
    cuts = {place for chunk in chunks for place in (chunk.start, chunk.end)}
    for match in regex.finditer(r"\X", text):
        if match.end() - match.start() <= sizes.target:
            inside = range(match.start() + 1, match.end())
            assert cuts.isdisjoint(inside) or match.group().isspace(), match


def test_code_in_a_long_list_is_not_cut() -> None:
    code = "  ```yaml\n  steps:\n  - name: build\n\n  - name: test\n  ```"
    items = [f"- step {n} of the work on this list\n\n{code}" for n in range(9)]
    chunks = _chunks("\n".join(items), SMALL)
    assert len(chunks) > 4
    assert sum(code in chunk.text for chunk in chunks) == len(items)
