"""Each piece of a long table names its columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ingestor.conftest import LIMITS

from ragline_ingestor.chunking import ChunkSizes, chunk_document
from ragline_ingestor.document import Content, ParsedDocument
from ragline_ingestor.parsers.markdown import parse_markdown
from ragline_ingestor.table_heads import with_repeated_heads

SIZES = ChunkSizes(target=120, minimum=20, overlap=20, maximum=200)
HEADS = ["| Bolt | Torque |\n|---|---|\n", "Bolt | Torque\n:-- | --:\n"]


def _document(source: str) -> ParsedDocument:
    return parse_markdown(Content(data=source.encode()), LIMITS)


@pytest.mark.parametrize("head", HEADS)
def test_each_piece_begins_with_the_head(head: str) -> None:
    rows = "".join(f"| B-{n:03} | {n} Nm |\n" for n in range(60))
    document = with_repeated_heads(_document(f"# A\n\n{head}{rows}\n\nEnd.\n"), SIZES)
    chunks = chunk_document(document, SIZES)
    assert len(chunks) > 5
    assert all(chunk.text.startswith(head) for chunk in chunks)
    assert all(len(chunk.text) <= SIZES.maximum for chunk in chunks)
    assert chunks[-1].text.endswith("End.")


def test_short_tables_and_long_heads_stay() -> None:
    for source in (
        f"{HEADS[0]}| B-1 | 1 |\n",
        f"| {'x' * 90} | Torque |\n|---|---|\n" + "| B-1 | 1 |\n" * 30,
    ):
        document = _document(source)
        assert with_repeated_heads(document, SIZES) == document


@given(st.lists(st.integers(1, 40), max_size=4), st.integers(1, 60))
def test_every_line_stays_in_order(counts: list[int], width: int) -> None:
    tables = [
        HEADS[0] + "".join(f"| r{t}-{n} | {'x' * width} |\n" for n in range(count))
        for t, count in enumerate(counts)
    ]
    document = _document("\n\ntext\n\n".join(["start", *tables, "end"]))
    repeated = with_repeated_heads(document, SIZES)
    head = set(HEADS[0].splitlines())
    kept = [line for line in repeated.text.splitlines() if line and line not in head]
    assert kept == [line for line in document.text.splitlines() if line and line not in head]
    assert all(chunk.text == repeated.text[chunk.start : chunk.end]
               for chunk in chunk_document(repeated, SIZES))  # fmt: skip
