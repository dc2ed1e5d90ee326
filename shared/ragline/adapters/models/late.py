"""A model that may come late: what cannot be had at the start is tried again in the background."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Generic, TypeVar

from tenacity import AsyncRetrying, RetryCallState, wait_exponential_jitter

from ragline.background import beside
from ragline.errors import Unavailable

_log = logging.getLogger(__name__)
# Between two attempts; the jitter keeps replicas that started together from asking together
_FIRST_S, _MOST_S, _JITTER_S = 2.0, 300.0, 2.0
T = TypeVar("T")
Opening = Callable[[], AbstractAsyncContextManager[T]]
Attempt = Callable[[], Awaitable[None]]


class LateModel(Generic[T]):
    """A model, once it is there. `missing` is why it is not, or None."""

    def __init__(self) -> None:
        self._model: T | None = None
        self._problem = "it is being loaded"

    def missing(self) -> str | None:
        """Return why the model is not there yet, for the readiness probe; None once it is."""
        return None if self._model is not None else self._problem

    def get(self) -> T:
        """Return the model.

        Raises:
            Unavailable: it is not there yet.
        """
        if self._model is None:
            raise Unavailable(self._problem)
        return self._model

    def arrive(self, model: T) -> None:
        """Take the loaded model."""
        self._model = model

    def fail(self, error: BaseException) -> None:
        """Note why the last attempt failed."""
        self._problem = str(error) or repr(error)


@asynccontextmanager
async def open_late(name: str, opening: Opening[T], *, without: str) -> AsyncIterator[LateModel[T]]:
    """Open a model and keep it open during the block; if it cannot be had, go on without it.

    The first attempt is awaited, so that a service whose model is at hand starts with it. If the
    model is `Unavailable`, the block begins without it, and further attempts follow in the
    background, after 2 s at first and after 5 min in the end, until one succeeds.

    Args:
        name: of the model, for the log.
        opening: opens it; called again for each attempt.
        without: what happens meanwhile, for the log.

    Raises:
        RaglineError: what the first attempt raised, unless it was `Unavailable`.
    """
    late: LateModel[T] = LateModel()
    async with AsyncExitStack() as stack:

        async def attempt() -> None:
            late.arrive(await stack.enter_async_context(opening()))

        try:
            await attempt()
        except Unavailable as error:
            late.fail(error)
            _log.warning("%s until %s is there: %s", without, name, error)
            async with beside(_until_there(name, attempt, late)):
                yield late
        else:
            yield late


async def _until_there(
    name: str, attempt: Callable[[], Awaitable[None]], late: LateModel[T]
) -> None:
    def note(state: RetryCallState) -> None:
        if state.outcome is not None and (error := state.outcome.exception()) is not None:
            late.fail(error)
            _log.warning("%s is not there yet: %s", name, late.missing())

    wait = wait_exponential_jitter(multiplier=_FIRST_S, max=_MOST_S, jitter=_JITTER_S)
    retrying = AsyncRetrying(wait=wait, before_sleep=note)
    await retrying(attempt)
    _log.info("%s is there now", name)
