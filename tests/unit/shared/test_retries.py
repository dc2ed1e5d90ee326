"""When a call is tried again, and how long to wait before."""

from __future__ import annotations

import pytest
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_fixed

from ragline.contracts.dead_letters import Cause
from ragline.errors import CircuitOpen, InvalidEvent, RateLimited, TransientError, Unavailable
from ragline.retries import attempted, wait_as_asked


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


async def outcome(*outcomes: Exception | str) -> tuple[str, int]:
    """Attempt a call with these outcomes, two times again at most; return it and the attempts."""
    left = list(outcomes)
    made = 0

    async def call() -> str:
        nonlocal made
        made += 1
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    found = await attempted(
        call,
        lambda: AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_fixed(0),
            stop=stop_after_attempt(3),
            reraise=True,
        ),
    )
    return found, made


async def test_a_failed_call_is_tried_again_as_the_strategy_says() -> None:
    assert await outcome("first") == ("first", 1)
    assert await outcome(Unavailable("away"), "second") == ("second", 2)
    assert await outcome(Unavailable("away"), RateLimited("slow down"), "third") == ("third", 3)


async def test_the_first_failure_counts_as_one_attempt() -> None:
    failures = [Unavailable(str(number)) for number in range(4)]
    with pytest.raises(Unavailable, match="2"):
        await outcome(*failures)


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), InvalidEvent("unreadable", cause=Cause.INVALID_JSON)]
)
async def test_what_the_strategy_does_not_try_again_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)):
        await outcome(error, "never")
