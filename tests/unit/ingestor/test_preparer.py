"""From content to chunks, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.ingestor.conftest import LIMITS, SIZES

from ragline.contracts import media_types
from ragline.errors import InvalidDocument
from ragline_ingestor.document import Content
from ragline_ingestor.preparer import Preparer

PREPARER = Preparer(limits=replace(LIMITS, text_chars=20_000), sizes=SIZES)


def test_the_format_shows_in_the_name_or_the_content() -> None:
    page = Content(data=b"Keys\n====\n\nKeys are at the porter.")
    assert PREPARER(page, names=("keys.rst",)).media_type == media_types.RST
    assert PREPARER(page, names=("17", "")).media_type == media_types.PLAIN
    assert PREPARER(page, names=("keys.rst",)).title == "Keys"


@pytest.mark.parametrize(
    "head", ["<title>{}</title><h2>Keys</h2>", "<h1>{}</h1>"], ids=["title", "heading"]
)
def test_a_huge_heading_is_not_repeated_above_each_of_many_chunks(head: str) -> None:
    page = head.format("word " * 2_000) + f"<p>{'Keys are here. ' * 50}</p>" * 12
    with pytest.raises(InvalidDocument) as caught:
        PREPARER(Content(data=page.encode()), names=("keys.html",))
    assert caught.value.code == "too_large"
    assert "headings" in str(caught.value)
