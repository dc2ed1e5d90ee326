"""Which questions a shadow picks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragline_evaluation.shadow.sampling import sampled

ids = st.text(min_size=1, max_size=128)
shares = st.floats(min_value=0, max_value=1)


@given(ids, shares)
def test_the_id_alone_decides_and_everywhere_alike(query_id: str, share: float) -> None:
    assert sampled(query_id, share) == sampled(query_id, share)


@given(ids, shares, shares)
def test_a_larger_share_has_all_questions_of_a_smaller_one(
    query_id: str, one: float, other: float
) -> None:
    smaller, larger = sorted((one, other))
    assert sampled(query_id, larger) or not sampled(query_id, smaller)


@given(ids)
def test_nothing_and_everything_are_shares_too(query_id: str) -> None:
    assert sampled(query_id, 1.0)
    assert not sampled(query_id, 0.0)


@given(st.sampled_from([0.01, 0.1, 0.5, 0.9]), st.text(max_size=20))
def test_the_share_is_kept_whatever_ids_look_like(share: float, prefix: str) -> None:
    count = 4_000
    picked = sum(sampled(f"{prefix}{number}", share) for number in range(count))
    deviation = (count * share * (1 - share)) ** 0.5
    assert abs(picked - count * share) < 6 * deviation


def test_what_was_picked_yesterday_is_picked_tomorrow() -> None:
    # another hash would pick other questions after an upgrade, in the middle of a comparison
    picked = [number for number in range(40) if sampled(f"query-{number}", 0.1)]
    assert picked == [12, 20, 39]
