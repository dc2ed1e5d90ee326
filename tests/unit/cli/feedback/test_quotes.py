"""Quotes as a document's text."""

from __future__ import annotations

import string

from hypothesis import given as examples
from hypothesis import strategies as st
from tests.unit.cli.feedback.conftest import citation

from ragline_cli.feedback.quotes import quoted_text

SOURCE = string.ascii_letters  # each character once, so that a part has one place
RANGES = st.lists(
    st.tuples(st.integers(0, 34), st.integers(1, 18)).map(lambda at: (at[0], at[0] + at[1])),
    min_size=1,
    max_size=6,
)


@examples(RANGES)
def test_every_quote_is_in_the_text_once_and_in_the_source_order(
    ranges: list[tuple[int, int]],
) -> None:
    quotes = [
        citation(n, "d", start=start, end=end, quote=SOURCE[start:end])
        for n, (start, end) in enumerate(ranges)
    ]
    text = quoted_text(quotes)
    assert all(quote.quote in text for quote in quotes)
    assert quoted_text(quotes + quotes) == text
    places = [SOURCE.index(part) for part in text.split("\n\n")]
    assert places == sorted(places)
    covered = {at for start, end in ranges for at in range(start, end)}
    assert len(text.replace("\n\n", "")) == len(covered)
