"""What is shortened says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.bounds import (
    HEADING_CHARS,
    HEADINGS,
    clip,
    clip_path,
    is_clipped,
    is_clipped_path,
)


@given(text=st.text(max_size=20), most=st.integers(1, 20))
def test_a_text_is_kept_whole_or_shortened_visibly(text: str, most: int) -> None:
    clipped = clip(text, most)
    assert len(clipped) <= most
    if len(text) <= most:
        assert clipped == text
    else:
        assert is_clipped(clipped, most)
        assert text.startswith(clipped[:-1])
    assert clip(clipped, most) == clipped


def test_a_heading_path_is_clipped_in_length_and_depth() -> None:
    assert clip_path(["Queues", "TTL"]) == ("Queues", "TTL")
    long = clip_path(["x" * 501, "TTL"])
    assert (len(long[0]), long[1], is_clipped_path(long)) == (HEADING_CHARS, "TTL", True)
    deep = clip_path([str(n) for n in range(100)])
    assert (len(deep), deep[-2:], is_clipped_path(deep)) == (HEADINGS, ("30", "…"), True)
    assert not is_clipped_path([str(n) for n in range(HEADINGS)])
