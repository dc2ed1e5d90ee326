"""Admission control: which questions are passed to the downstream stages, when, in which order.

Kafka serves a topic first come, first served, so fair waiting needs another place. The classifier
takes records early and queues them per tenant. It releases them round robin, and only as many as
the downstream stages can process within a moment. A question that would wait beyond its deadline
is shed at once with a `retry_after`, rather than left to expire.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ragline.errors import DeadlineExceeded, Overloaded
from ragline.fairness.fair_queue import FairQueue
from ragline.messaging.assignment import Assignment
from ragline.messaging.backlog import Backlog
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionLimits:
    """Bounds of admission.

    At most `concurrency` records are processed here at once, and at most `max_waiting` of one
    tenant may wait. `work_s` seconds of a question's time, but at most half of it, are reserved
    for the work on it.
    """

    concurrency: int
    max_waiting: int
    work_s: float


class Admission:
    """Admits records in turn.

    Args:
        backlog: work that waits in the downstream stages.
        limits: bounds of admission.
        metrics: show how many records wait, and count those that are shed.
        waiting: collects the tasks that wait for their turn.
        assignment: the fraction of the questions that this member gets, which is also its fraction
            of the capacity.
    """

    def __init__(
        self,
        *,
        backlog: Backlog,
        limits: AdmissionLimits,
        metrics: Metrics,
        waiting: WaitingTasks,
        assignment: Assignment,
    ) -> None:
        self._backlog = backlog
        self._limits = limits
        self._metrics = metrics
        self._queue: FairQueue[asyncio.Future[None]] = FairQueue()
        self._queued = asyncio.Event()
        self._working = 0
        self._waiting = waiting
        self._assignment = assignment

    def expected_wait(self) -> float:
        """Return the seconds that a record released now will wait in the downstream stages."""
        return self._backlog.wait_s()

    @asynccontextmanager
    async def turn(self, tenant: str, *, seconds: float) -> AsyncIterator[None]:
        """Wait for the tenant's turn, then hold a slot while the block runs.

        Args:
            tenant: whose question it is.
            seconds: until the question's deadline.

        Raises:
            Overloaded: its turn would come too late.
            DeadlineExceeded: its turn did not come in time, although it was expected to.
        """
        self._shed_if_too_late(tenant, seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._enter(tenant)
        except TimeoutError as error:
            raise DeadlineExceeded("the deadline passed before the question's turn") from error
        try:
            yield
        finally:
            self._working -= 1
            self.release()

    def release(self) -> None:
        """Admit as many as there is room for; called when work ends or the backlog shrinks."""
        while self._queue and self._has_room():
            waiter = self._queue.pop()
            if not waiter.done():
                self._take_place()
                waiter.set_result(None)
        self._metrics.set("ragline_admission_waiting", len(self._queue))

    async def release_forever(self, *, every_s: float) -> None:
        """Release again and again while records wait, as the backlog shrinks unseen meanwhile."""
        while True:
            await self._queued.wait()
            self.release()
            if not self._queue:
                self._queued.clear()
            await asyncio.sleep(every_s)

    def _shed_if_too_late(self, tenant: str, seconds: float) -> None:
        ahead = self._queue.ahead_of(tenant)
        wait = self._backlog.wait_s(ahead / max(self._assignment.share, 1e-3))
        late = wait - max(seconds - self._limits.work_s, seconds / 2)
        crowded = self._queue.waiting(tenant) >= self._limits.max_waiting
        if late <= 0 and not crowded:
            return
        self._metrics.count("ragline_shed_total")
        retry_after = max(1.0, wait if crowded else late)
        raise Overloaded(
            f"{ahead} questions wait before this one, about {wait:.0f} s; "
            f"ask again in {retry_after:.0f} s",
            retry_after=round(retry_after, 1),
        )

    async def _enter(self, tenant: str) -> None:
        if not self._queue and self._has_room():
            self._take_place()
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.push(tenant, waiter)
        self._queued.set()
        try:
            with self._waiting.here():
                await waiter
        except asyncio.CancelledError:
            self._leave(tenant, waiter)
            raise

    def _leave(self, tenant: str, waiter: asyncio.Future[None]) -> None:
        if waiter.done() and not waiter.cancelled():  # its turn came at the same moment
            self._working -= 1
            self.release()
        else:
            self._queue.remove(tenant, waiter)

    def _has_room(self) -> bool:
        return self._working < self._limits.concurrency and self._backlog.room >= 1

    def _take_place(self) -> None:
        self._working += 1
        self._backlog.released()
