"""From content to chunks, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts import bounds, media_types
from ragline.errors import InvalidDocument
from ragline_ingestor.chunking import ChunkSizes
from ragline_ingestor.document import Content
from ragline_ingestor.preparer import Preparer

PREPARER = Preparer(limits=replace(LIMITS, text_chars=20_000), sizes=SIZES)


def test_the_format_shows_in_the_name_or_the_content() -> None:
    page = Content(data=b"Keys\n====\n\nKeys are at the porter.")
    assert PREPARER(page, names=("keys.rst",)).media_type == media_types.RST
    assert PREPARER(page, names=("17", "")).media_type == media_types.PLAIN
    assert PREPARER(page, names=("keys.rst",)).title == "Keys"


def test_a_huge_heading_is_not_repeated_above_each_of_many_chunks() -> None:
    huge = "word " * 2_000
    page = f"<title>{huge}</title><h2>{huge}</h2>" + f"<p>{'Keys are here. ' * 50}</p>" * 8
    prepared = PREPARER(Content(data=page.encode()), names=("keys.html",))
    assert len(prepared.chunks) > 5
    assert prepared.title == huge[: bounds.TITLE_CHARS + 1]
    assert {c.heading_path for c in prepared.chunks} == {(huge[: bounds.HEADING_CHARS + 1],)}


def test_many_long_headings_above_very_many_chunks_are_refused() -> None:
    headings = "".join(f"<h{level}>{'word ' * 100}</h{level}>" for level in range(1, 7))
    page = headings + f"<p>{'Keys are here. ' * 6}</p>" * 100
    prepare = Preparer(
        limits=replace(LIMITS, text_chars=20_000),
        sizes=ChunkSizes(target=100, minimum=0, overlap=0, maximum=200),
    )
    with pytest.raises(InvalidDocument) as caught:
        prepare(Content(data=page.encode()), names=("keys.html",))
    assert caught.value.code == "too_large"
    assert "headings" in str(caught.value)
