"""`Prefer: wait=N`, alone and beside other preferences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline_gateway.queries.prefer import wait_seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=10", 10),
        ("respond-async, wait=10", 10),
        ("wait=10, return=minimal", 10),
        ('Wait = "5"; foo=bar', 5),
        ("wait=100000", 60),
        ("wait=-1", 0),
        ("wait=1.5", 0),
        ("await=3", 0),
    ],
)
def test_the_wait_is_read(header: str | None, seconds: float) -> None:
    assert wait_seconds(header, most=60) == seconds


@given(st.text())
def test_garbage_is_no_wait_and_no_error(header: str) -> None:
    assert 0 <= wait_seconds(header, most=60) <= 60
