"""How long to wait before the next attempt."""

from __future__ import annotations

import pytest
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from ragline.errors import CircuitOpen, RateLimited, TransientError, Unavailable
from ragline.retries import wait_as_asked


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimited("slow down", retry_after=7.5), 7.5),
        (RateLimited("slow down", retry_after=0.0), 0.3),
        (RateLimited("slow down"), 0.3),
        (CircuitOpen("left alone", retry_after=4.0), 4.0),
        (CircuitOpen("a trial is under way", retry_after=None), 0.3),
        (Unavailable("away"), 0.3),
        (ValueError("a bug"), 0.3),
    ],
)
async def test_it_is_what_was_asked_for_or_the_fallback(error: Exception, seconds: float) -> None:
    slept: list[float] = []

    async def sleep(duration: float) -> None:
        slept.append(duration)

    async def fail() -> None:
        raise error

    retrying = AsyncRetrying(
        retry=retry_if_exception_type((TransientError, ValueError)),
        wait=wait_as_asked(wait_fixed(0.3)),
        stop=stop_after_attempt(3),
        sleep=sleep,
        reraise=True,
    )
    with pytest.raises(type(error)):
        await retrying(fail)

    assert slept == [seconds, seconds]
