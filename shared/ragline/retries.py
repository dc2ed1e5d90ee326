"""Calls that are tried again, and the waiting in between: as long as the dependency asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState

from ragline.errors import RaglineError, TransientError

T = TypeVar("T")


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


async def attempted(call: Callable[[], Awaitable[T]], again: Callable[[], AsyncRetrying]) -> T:
    """Return what `call` returns, at the first attempt or at a later one.

    `again` is asked for its strategy only when the first attempt fails, with that failure as its
    first: to make one takes longer than what most calls do.

    Raises:
        Exception: what `call` raised, when the strategy gives up; of a first failure that is none
            of `ragline.errors`, at once.
    """
    try:
        return await call()
    except RaglineError as error:
        failed = [error]

    async def attempt() -> T:
        if failed:
            raise failed.pop()
        return await call()

    return await again()(attempt)
