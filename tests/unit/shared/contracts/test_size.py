"""Of a ranked list, what fits goes on: never more, never in another order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ragline.contracts.queries import Candidate
from ragline.contracts.size import best_within, json_bytes

CANDIDATES = st.lists(st.text(max_size=200), max_size=12).map(
    lambda texts: [
        Candidate(chunk_id=str(n), document_id="d", version=1, ordinal=n, text=t, start=0, end=1)
        for n, t in enumerate(texts)
    ]
)
LIST = TypeAdapter(tuple[Candidate, ...])


def whole(candidates: tuple[Candidate, ...]) -> int:
    return len(LIST.dump_json(candidates, exclude_none=True))


@given(candidates=CANDIDATES, most_bytes=st.integers(2, 5_000))
def test_the_best_that_fit_go_on_in_their_order(
    candidates: list[Candidate], most_bytes: int
) -> None:
    kept = best_within(candidates, most_bytes=most_bytes)
    assert whole(kept) <= most_bytes
    assert list(kept) == candidates[: len(kept)]
    if candidates and json_bytes(candidates[0]) + 2 <= most_bytes:
        assert kept
    if len(kept) < len(candidates):
        assert whole((*kept, candidates[len(kept)])) > most_bytes


def test_what_fits_exactly_is_kept_whole() -> None:
    candidates = [
        Candidate(chunk_id=c, document_id="d", version=1, ordinal=0, text="ü", start=0, end=1)
        for c in "abc"
    ]
    size = whole(tuple(candidates))
    assert len(best_within(candidates, most_bytes=size)) == 3
    assert len(best_within(candidates, most_bytes=size - 1)) == 2
