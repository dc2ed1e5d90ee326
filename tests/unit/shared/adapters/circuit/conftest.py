"""A clock under control."""

from __future__ import annotations

import pytest


class Clock:
    """Monotonic seconds that only a test advances."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test advances it."""
    return Clock()
