"""Calls that return in time even if the client library does not: those are abandoned.

Cancelling a call is asking it to end. A client may swallow that, or wait for the server while it
cleans up: PostgreSQL's client sends a ROLLBACK, and on a connection without answers it waits for
the reply until TCP gives up, for a quarter of an hour. So each call is a task of its own, and its
caller waits for it no longer than what is under way in it was allowed to take.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from ragline.background import within
from ragline.errors import Unavailable
from ragline.observability.metrics import Metrics

log = logging.getLogger(__name__)

_MOST_ABANDONED = 64
_LOOK_S = 1.0

ResultT = TypeVar("ResultT")


class _Allowance:
    """Until when the step may take that a call is in; null between two steps."""

    def __init__(self) -> None:
        self.until: float | None = None


_CURRENT: ContextVar[_Allowance | None] = ContextVar("ragline_allowance", default=None)


@contextmanager
def allowed(seconds: float) -> Iterator[None]:
    """State that the block should take at most `seconds`, for the call that it is a part of.

    The block limits itself; this is for when it cannot be stopped. Outside of a call of
    `BoundedCalls` it does nothing.
    """
    allowance = _CURRENT.get()
    if allowance is None:
        yield
        return
    before = allowance.until
    own = asyncio.get_running_loop().time() + seconds
    allowance.until = own if before is None else min(before, own)
    try:
        yield
    finally:
        allowance.until = before


class BoundedCalls:
    """Runs calls of one dependency, and abandons those that do not end.

    After an abandoned call `reconnect` makes later ones use new connections, which usually ends the
    abandoned one, too. Abandoned calls that never end are few: beyond a limit no more are made, and
    `problem` says so.

    Args:
        dependency: its name in metrics and messages.
        metrics: counts the abandoned calls.
        reconnect: gives up the connections that there are.
        grace_s: how long a call may take to end after its limit, or after it was cancelled.
    """

    def __init__(
        self,
        dependency: str,
        *,
        metrics: Metrics,
        reconnect: Callable[[], Awaitable[None]],
        grace_s: float = 2.0,
    ) -> None:
        self._dependency = dependency
        self._metrics = metrics
        self._reconnect = reconnect
        self._grace_s = grace_s
        self._abandoned: set[asyncio.Task[Any]] = set()
        self._generation = 0

    def problem(self) -> str | None:
        """Return why no more calls are made, or None; used by the liveness probe."""
        if len(self._abandoned) < _MOST_ABANDONED:
            return None
        return f"{len(self._abandoned)} calls of {self._dependency} never returned"

    async def run(self, call: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Return what `call` returns.

        Raises:
            Unavailable: the call did not end in time, or too many did not end at all.
        """
        if problem := self.problem():
            call.close()
            raise Unavailable(f"{problem}; restart this process")
        generation, allowance = self._generation, _Allowance()
        task = asyncio.create_task(_within(allowance, call))
        try:
            await self._ended(task, allowance)
        except asyncio.CancelledError as error:
            task.cancel(*error.args)
            task.add_done_callback(_looked_at)
            await self._leave(task, generation)
            raise
        if task.done():
            return task.result()
        task.cancel()
        task.add_done_callback(_looked_at)
        await self._leave(task, generation)
        raise Unavailable(
            f"{self._dependency}: a call ignored its time limit and was abandoned with its "
            "connection: check that the dependency answers"
        )

    async def _ended(self, task: asyncio.Task[Any], allowance: _Allowance) -> None:
        """Wait until `task` has ended, or should have ended `grace_s` ago."""
        clock = asyncio.get_running_loop().time
        while not task.done():
            left = _LOOK_S if allowance.until is None else allowance.until + self._grace_s - clock()
            if left <= 0:
                return
            await asyncio.wait({task}, timeout=left)

    async def _leave(self, task: asyncio.Task[Any], generation: int) -> None:
        """Wait a last time for a task that was cancelled, then abandon it with its connection."""
        try:
            await asyncio.wait({task}, timeout=self._grace_s)
        finally:
            if not task.done():
                self._abandon(task)
        if not task.done():
            await self._renew(generation)

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)
        self._metrics.count("ragline_calls_abandoned_total", dependency=self._dependency)
        log.warning("%s: a call does not end and is abandoned", self._dependency)

    async def _renew(self, generation: int) -> None:
        """Reconnect once for all calls that began on the same connections."""
        if generation != self._generation:
            return
        self._generation += 1
        try:
            if not await within(self._grace_s, self._reconnect()):
                log.warning("%s: reconnecting takes too long", self._dependency)
        except Exception:
            log.warning("%s: reconnecting failed", self._dependency, exc_info=True)


async def _within(allowance: _Allowance, call: Coroutine[Any, Any, ResultT]) -> ResultT:
    _CURRENT.set(allowance)
    return await call


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Ask for the outcome of a task whose caller has gone; else its failure would be logged."""
    if not task.cancelled():
        task.exception()
