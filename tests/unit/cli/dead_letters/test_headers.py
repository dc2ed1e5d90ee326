"""A replay carries the record's own headers, byte for byte, and those of its attempt."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ragline.contracts.cloudevents import decode_headers
from ragline_cli.dead_letters.headers import replay_headers

OURS = st.sampled_from(
    [
        "ragline-attempt",
        "ragline-deadline",
        "ragline-timings",
        "ragline-retry-origin",
        "ragline-retry-not-before",
        "ragline-dead-letter-cause",
    ]
)
OWN = st.sampled_from(["ce_id", "traceparent", "ragline-tenant", "x", "X", ""])
VALUES = st.none() | st.binary(max_size=8)


@given(st.lists(st.tuples(st.booleans(), OURS, OWN, VALUES)), st.integers(2, 99))
def test_own_headers_stay_in_order_and_those_of_the_failed_attempt_go(
    drawn: list[Any], attempt: int
) -> None:
    own = [(name, value) for is_ours, _, name, value in drawn if not is_ours]
    headers = [(ours if is_ours else name, value) for is_ours, ours, name, value in drawn]
    found = replay_headers(headers, attempt=attempt, deadline_ms=5)
    assert found[:-2] == own
    assert found[-2:] == [("ragline-attempt", str(attempt).encode()), ("ragline-deadline", b"5")]
    envelope = decode_headers(found)
    assert (envelope.attempt, envelope.deadline, envelope.timings) == (attempt, 5, ())


def test_without_a_deadline_there_is_none() -> None:
    assert replay_headers([("ragline-deadline", b"1")], attempt=2, deadline_ms=None) == [
        ("ragline-attempt", b"2")
    ]
