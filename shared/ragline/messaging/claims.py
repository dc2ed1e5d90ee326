"""The answer ledger as delivery uses it: one worker per answer, one winner, and outages.

When Redis goes down, answers wait for it for up to `grace_s`, because an answer published without
a claim may differ from a later repeat of it. Whatever Redis says is an outage of the ledger and
never the question's fault, so a refused password is waited for like a dead server, and no longer:
the reader waits in either case. In a longer outage, answers are published unclaimed and counted.
Delivery is then still at least once. Two different answers to a query are possible only if, in
addition to the outage, a service crashes between publishing and the next commit, or a member
continues to work on a partition that was revoked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from ragline.clock import Monotonic
from ragline.errors import DeadlineExceeded, RaglineError
from ragline.observability.metrics import Metrics
from ragline.observability.semantic_conventions import DB_SYSTEM
from ragline.observability.tracer import SpanKind, active_span
from ragline.ports.answers import AnswerLedger, Attempt, Reservation

log = logging.getLogger(__name__)

_REDIS = {DB_SYSTEM: "redis"}
_POLL_S = 0.2
_RENEWALS_PER_LEASE = 3


class _Outage:
    """How long the ledger has been down; a failure long after the last one begins a new outage."""

    def __init__(self, *, grace_s: float, clock: Monotonic) -> None:
        self._grace_s = grace_s
        self._clock = clock
        self._since: float | None = None
        self._last = 0.0

    def is_over(self) -> None:
        self._since = None

    def outlasts_grace(self) -> bool:
        """Note a failure, and tell whether the grace period is over."""
        now = self._clock()
        if self._since is None or now - self._last > self._grace_s:
            self._since = now
        self._last = now
        return now - self._since >= self._grace_s


class Claims:
    """Claims answers and reserves the work on them.

    Args:
        ledger: where answers are claimed; without one nothing is claimed.
        metrics: counts answers that were published unclaimed.
        grace_s: seconds that claims wait for a ledger that is down.
        lease_s: seconds after which a reservation expires unless it is renewed.
        clock: monotonic seconds.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        ledger: AnswerLedger | None,
        *,
        metrics: Metrics,
        grace_s: float,
        lease_s: float,
        clock: Monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._lease_s = lease_s
        self._outage = _Outage(grace_s=grace_s, clock=clock)
        self._sleep = sleep

    async def claim(self, attempt: Attempt, own: bytes) -> bytes:
        """Return the bytes to publish: the first ones claimed, or `own` without a ledger."""
        if self._ledger is None:
            return own
        with active_span().child("claim redis", kind=SpanKind.CLIENT, attributes=_REDIS):
            return await self._claimed(self._ledger, attempt, own)

    async def _claimed(self, ledger: AnswerLedger, attempt: Attempt, own: bytes) -> bytes:
        while True:
            try:
                winner = await ledger.claim(attempt, own)
            except RaglineError as error:
                if self._outage.outlasts_grace():
                    self._go_on_without(error)
                    return own
                await self._sleep(_POLL_S)
            else:
                self._outage.is_over()
                return winner

    @asynccontextmanager
    async def reserved(self, attempt: Attempt, *, seconds: float) -> AsyncIterator[bytes | None]:
        """Hold the reservation while the block works; yields an earlier answer if there is one.

        Waits while another member works on the answer, so that a redelivery does not pay twice for
        it. After success the reservation is not released: from then on the claim answers every
        redelivery.

        Raises:
            DeadlineExceeded: another member still works on it after `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                with active_span().child("reserve redis", kind=SpanKind.CLIENT, attributes=_REDIS):
                    reservation, earlier = await self._reserve(attempt)
        except TimeoutError as error:
            raise DeadlineExceeded("the deadline passed while another member answers") from error
        if reservation is None or earlier is not None:
            yield earlier
            return
        renewing = asyncio.create_task(self._renew(reservation))
        try:
            yield None
        except BaseException:
            with suppress(RaglineError):
                await reservation.release()
            raise
        finally:
            renewing.cancel()

    async def _reserve(self, attempt: Attempt) -> tuple[Reservation | None, bytes | None]:
        """Return the reservation, an earlier answer, or neither (outage): whichever comes first."""
        if self._ledger is None:
            return None, None
        try:
            while True:
                # in this order: the previous holder of the reservation has claimed by now
                reservation = await self._ledger.reserve(attempt)
                earlier = await self._ledger.claimed(attempt)
                if reservation is not None or earlier is not None:
                    return reservation, earlier
                await self._sleep(_POLL_S)
        except RaglineError as error:
            log.warning("the answer ledger is down, working without a reservation: %s", error)
            return None, None

    async def _renew(self, reservation: Reservation) -> None:
        try:
            while True:
                await self._sleep(self._lease_s / _RENEWALS_PER_LEASE)
                await reservation.renew()
        except RaglineError as error:
            log.warning("a reservation was lost; the claim decides which answer counts: %s", error)

    def _go_on_without(self, error: Exception) -> None:
        log.warning("the answer ledger stays down, going on without a claim: %s", error)
        self._metrics.count("ragline_ledger_unavailable_total")
