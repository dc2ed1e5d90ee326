"""What every error of the tree can tell."""

from __future__ import annotations

import pickle

import pytest

from ragline.errors import (
    CircuitOpen,
    DeadlineExceeded,
    Overloaded,
    RateLimited,
    TransientError,
    Unavailable,
)

TRANSIENT = [TransientError, Unavailable, CircuitOpen, RateLimited, DeadlineExceeded, Overloaded]


@pytest.mark.parametrize("kind", TRANSIENT)
def test_what_passes_may_say_when(kind: type[TransientError]) -> None:
    assert kind("down").retry_after is None
    error = kind("down", retry_after=2.5)
    assert (str(error), error.retry_after) == ("down", 2.5)


@pytest.mark.parametrize("kind", TRANSIENT)
def test_an_error_comes_whole_out_of_a_worker_process(kind: type[TransientError]) -> None:
    found = pickle.loads(pickle.dumps(kind("down", retry_after=2.5)))  # noqa: S301 - our own bytes
    assert (type(found), str(found), found.retry_after) == (kind, "down", 2.5)
