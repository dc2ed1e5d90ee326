"""Waiting between attempts: as long as the dependency asked for, where it did."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryCallState


def wait_as_asked(
    fallback: Callable[[RetryCallState], float],
) -> Callable[[RetryCallState], float]:
    """Return a tenacity wait strategy: `retry_after` of the last error, else `fallback`.

    `RateLimited` and `CircuitOpen` carry `retry_after`, in seconds. It is waited out however long:
    the caller's deadline is what ends it. "At once" (0) is the fallback too: whoever is in trouble
    is not to be asked in a tight loop. Add `tenacity.wait_random` where many callers would
    otherwise come back at the same instant.
    """

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = getattr(error, "retry_after", None)
        return float(asked) if asked else fallback(state)

    return wait
