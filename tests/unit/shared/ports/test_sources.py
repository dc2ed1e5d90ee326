"""A page shows the parts of a source one behind the other: nothing twice, nothing lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ragline.ports.sources import SourcePart, without_overlap

TEXT = "".join(map(chr, range(0x3B1, 0x3B1 + 60))) + "👩‍👩‍👧‍👦" * 5
RANGES = st.lists(
    st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted), max_size=12
)


def cut(start: int, end: int) -> SourcePart:
    return SourcePart(start=start, end=end, text=TEXT[start:end], heading_path=(f"{start}:{end}",))


def covered(parts: list[SourcePart] | tuple[SourcePart, ...]) -> set[int]:
    return {at for part in parts for at in range(part.start, part.end)}


@given(RANGES)
def test_parts_become_sorted_disjoint_slices_that_cover_the_same_ranges(
    ranges: list[list[int]],
) -> None:
    parts = [cut(*each) for each in ranges]
    shown = without_overlap(parts)
    assert all(part.start < part.end for part in shown)
    assert all(first.end <= second.start for first, second in pairwise(shown))
    assert all(TEXT[part.start : part.end] == part.text for part in shown)
    assert covered(shown) == covered(parts)


@given(RANGES)
def test_what_is_disjoint_stays_as_it_is(ranges: list[list[int]]) -> None:
    shown = without_overlap([cut(*each) for each in ranges])
    assert without_overlap(shown) == shown


def test_what_two_parts_share_stays_with_the_first_and_headings_stay_with_their_part() -> None:
    shown = without_overlap([cut(0, 10), cut(8, 20), cut(25, 30)])
    assert [(part.start, part.end) for part in shown] == [(0, 10), (10, 20), (25, 30)]
    assert [part.heading_path for part in shown] == [("0:10",), ("8:20",), ("25:30",)]


def test_a_part_within_another_is_left_out() -> None:
    assert without_overlap([cut(0, 10), cut(2, 5), cut(0, 10)]) == (cut(0, 10),)


def test_no_parts_are_no_parts() -> None:
    assert without_overlap([]) == ()
