"""Slices of a source: read one after another they are the whole, and none is too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline_gateway.documents.models import SourcePartBody
from ragline_gateway.mcp.excerpt import excerpt


def parts_of(texts: list[str], gaps: list[int]) -> list[SourcePartBody]:
    parts, start = [], 0
    for text, gap in zip(texts, gaps, strict=False):
        start += gap
        parts.append(SourcePartBody(start=start, end=start + len(text), text=text))
        start += len(text)
    return parts


PARTS = st.builds(
    parts_of,
    st.lists(st.text(min_size=1, max_size=20), max_size=6),
    st.lists(st.integers(0, 15), min_size=6, max_size=6),
)


@given(parts=PARTS, most=st.integers(1, 30))
def test_slices_one_after_another_are_the_whole(parts: list[SourcePartBody], most: int) -> None:
    found: dict[int, str] = {}
    start: int | None = 0
    while start is not None:
        slice_ = excerpt(parts, start=start, most=most)
        for part in slice_.parts:
            assert start <= part.start < part.end <= start + most
            assert len(part.text) == part.end - part.start
            found |= {part.start + place: letter for place, letter in enumerate(part.text)}
        assert slice_.next_start is None or slice_.next_start > start
        start = slice_.next_start

    whole = {each.start + place: letter for each in parts for place, letter in enumerate(each.text)}
    assert found == whole


@given(parts=PARTS, start=st.integers(0, 200), most=st.integers(1, 200))
def test_a_slice_may_begin_anywhere(parts: list[SourcePartBody], start: int, most: int) -> None:
    found = excerpt(parts, start=start, most=most)

    assert all(start <= part.start and part.end <= start + most for part in found.parts)
