"""Outage of what every record needs: records wait for its end, instead of failing one by one.

A dependency is away when its circuit breaker says so, or when it does not answer a ping after a
record failed. From then on no more records are taken, and
those in flight that fail because of it wait where they are: no retry is spent on them. A ping every
second notices its return; then one record is tried, and if it succeeds all others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from ragline.clock import Clock
from ragline.errors import RaglineError, SourceAway, TransientError
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics

log = logging.getLogger(__name__)

_PING_TIMEOUT_S = 2.0
_TRIALS = 3


class Dependency(Protocol):
    """What is behind a circuit breaker."""

    def problem(self) -> str | None:
        """Return why it is not called, or None."""
        ...

    async def ping(self) -> None:
        """Return when it answers; may be the trial call of its circuit breaker.

        Raises:
            Unavailable: it does not answer.
        """
        ...


class Outage:
    """Whether one of the dependencies is away that every record needs.

    Args:
        dependencies: by name; without any there is never an outage.
        metrics: show which of them are waited for.
        waiting: collects the tasks of records that wait here.
        clock: wall-clock time.
    """

    def __init__(
        self,
        dependencies: Mapping[str, Dependency],
        *,
        metrics: Metrics,
        waiting: WaitingTasks,
        clock: Clock,
    ) -> None:
        self._dependencies = dependencies
        self._metrics = metrics
        self._waiting = waiting
        self._clock = clock
        self._unreachable: dict[str, str] = {}
        self._since: datetime | None = None
        self._names = ""
        self._parked = 0
        self._trial = False  # a record is being tried, or the last one failed and `_rests`
        self._rests = False
        self._changed = asyncio.Event()
        for name in dependencies:
            metrics.set("ragline_consumption_paused", 0, dependency=name)

    def look(self) -> bool:
        """Tell whether records have to wait: from the first sign until one of them succeeded."""
        problem = self._problem()
        if problem is not None and self._since is None:
            self._begin(problem)
        elif problem is None and self._since is not None and not self._trial and not self._parked:
            self._end()  # there is no record that could be tried
        return self._since is not None

    def problem(self) -> str | None:
        """Return which dependency is waited for and since when, or None; used by probes."""
        if not self.look() or self._since is None:
            return None
        return (
            f"{self._names} away since {self._since:%Y-%m-%dT%H:%M:%SZ}: no more records are "
            f"taken, {self._parked} in flight wait"
        )

    async def over(self) -> None:
        """Return when there is no outage."""
        while self.look():
            await self._changed.wait()

    async def through(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run a record's work, again as long as it fails because of an outage.

        A record that is tried alone and fails although the dependency answers again may be the
        reason itself: after a few tries its error is raised.

        Raises:
            Exception: what `work` raised for another reason.
        """
        tries_left = _TRIALS
        while True:
            trial = await self._entered()
            try:
                error = await self._failure(work)
            except BaseException:  # the record's own error, or it is given up: it proves nothing
                self._ended(trial=trial)
                raise
            if error is None:
                self._succeeded(trial=trial)
                return
            tries_left -= trial and self._problem() is None
            if not (self.look() and tries_left):
                self._ended(trial=trial)
                raise error
            if trial:
                self._rests = True

    async def _failure(self, work: Callable[[], Awaitable[None]]) -> TransientError | None:
        """Return the error of `work` that may come from a dependency; raise any other.

        A breaker opens only after several failures. With few records that would be too late, so
        each dependency is asked at the first.
        """
        try:
            await work()
        except SourceAway:
            raise
        except TransientError as error:
            if self._problem() is None:
                await self._ping(self._dependencies)
            return error
        return None

    async def probe(self) -> None:
        """During an outage: find out whether it is over; to be called about every second."""
        if self.look():
            await self._ping([name for name in self._dependencies if self._reason(name)])
            self._rest_is_over()

    async def _entered(self) -> bool:
        """Wait until the record may be worked on; tell whether it is the one that is tried."""
        if not self.look():
            return False
        self._parked += 1
        try:
            with self._waiting.here():
                while self._since is not None and (self._trial or self._problem() is not None):
                    await self._changed.wait()
        finally:
            self._parked -= 1
        self._trial = self._since is not None
        return self._trial

    async def _ping(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                async with asyncio.timeout(_PING_TIMEOUT_S):
                    await self._dependencies[name].ping()
            except (RaglineError, TimeoutError) as error:
                self._unreachable[name] = str(error) or f"no answer within {_PING_TIMEOUT_S:g} s"
            else:
                self._unreachable.pop(name, None)

    def _reason(self, name: str) -> str | None:
        return self._dependencies[name].problem() or self._unreachable.get(name)

    def _rest_is_over(self) -> None:
        """Let the next record be tried after one that failed, and wake those that wait."""
        if self._rests:
            self._rests = self._trial = False
        if self._problem() is None:
            self._pulse()

    def _succeeded(self, *, trial: bool) -> None:
        if trial:
            self._trial = False
            self._end()

    def _ended(self, *, trial: bool) -> None:
        """Leave the trial to the next record."""
        if trial:
            self._trial = False
            self._pulse()

    def _problem(self) -> str | None:
        return next(filter(None, map(self._reason, self._dependencies)), None)

    def _begin(self, problem: str) -> None:
        away = [name for name in self._dependencies if self._reason(name)]
        self._names = ", ".join(away)
        self._since = self._clock()
        for name in away:
            self._metrics.set("ragline_consumption_paused", 1, dependency=name)
        log.warning("no more records are taken, those in flight wait: %s", problem)

    def _end(self) -> None:
        self._since = None
        for name in self._dependencies:
            self._metrics.set("ragline_consumption_paused", 0, dependency=name)
        log.info("%s back: records are taken again", self._names)
        self._pulse()

    def _pulse(self) -> None:
        self._changed.set()
        self._changed.clear()
