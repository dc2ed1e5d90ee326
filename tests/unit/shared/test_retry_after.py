"""A server may write anything into `Retry-After`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.retry_after import parse_retry_after

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sat, 01 Mar 2025 12:00:30 GMT", 30.0),
        ("Sat, 01 Mar 2025 11:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2026", None),
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("9" * 400, None),
        ("²", None),
    ],
)
def test_it_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,6} [A-Z][a-z]{2} [0-9]{1,9} .{0,20}"))
def test_nothing_that_is_written_there_raises(value: str) -> None:
    found = parse_retry_after(value, now=NOW)
    assert found is None or 0 <= found < float("inf")
