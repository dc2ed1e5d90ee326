"""Text in pieces: nothing is lost, and each fits."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.adapters.stores.pinecone.limits import MAX_PIECE
from ragline.adapters.stores.pinecone.pieces import pieces

CHARACTERS = st.characters(exclude_categories=["Cs"])


@given(st.text(CHARACTERS, min_size=1, max_size=20), st.integers(0, 4_000))
def test_pieces_are_the_text_and_fit(text: str, times: int) -> None:
    whole = text * times
    found = pieces(whole)
    assert "".join(found) == whole
    assert all(len(orjson.dumps(each)) <= MAX_PIECE for each in found)


@pytest.mark.parametrize("character", ["a", '"', "\\", "\x01", "\u2028", "日", "👋"])
def test_the_longest_escapes_fit(character: str) -> None:
    assert all(len(orjson.dumps(each)) <= MAX_PIECE for each in pieces(character * 20_000))


def test_what_fits_is_one_piece() -> None:
    assert pieces("") == [""]
    assert pieces("a" * (MAX_PIECE - 2)) == ["a" * (MAX_PIECE - 2)]
    assert len(pieces("a" * (MAX_PIECE - 1))) > 1
