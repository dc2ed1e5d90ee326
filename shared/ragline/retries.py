"""Waiting between attempts: as long as the dependency asked for, if it did."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryCallState

from ragline.errors import TransientError


def wait_as_asked(
    fallback: Callable[[RetryCallState], float],
) -> Callable[[RetryCallState], float]:
    """Return a tenacity wait strategy: `retry_after` of the last error, else `fallback`.

    The strategy waits for all of it, however long it is: only the caller's deadline ends the wait.
    For `retry_after` 0 ("at once") it uses `fallback` too, so that a dependency in trouble is not
    called in a tight loop. Add `tenacity.wait_random` if many callers would otherwise retry at the
    same instant.
    """

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.retry_after if isinstance(error, TransientError) else None
        return asked or fallback(state)

    return wait
