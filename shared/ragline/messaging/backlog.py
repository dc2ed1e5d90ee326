"""The backlog of the downstream stages: its size, and how long it will take. Pure logic."""

from __future__ import annotations

from collections import deque
from math import exp, inf

from ragline.clock import Monotonic

# Offsets are committed in batches, so a rate is averaged over several looks
_RATE_S = 2.0
# The estimate rises as fast as higher capacity is observed, and falls slowly: a restarting consumer
# stands still for seconds without being any slower afterwards
_RISE_S = 2.0
_FALL_S = 30.0
# A pipeline that has just started looks slow: predict nothing before it was busy for a while
_EVIDENCE_S = 5.0


class Backlog:
    """Estimates the lag behind the classifier between two looks at it.

    Capacity is learnt only while there is enough work: an idle pipeline looks slow.

    Args:
        clock: monotonic seconds.
        least_window: records that may always be in flight downstream, per member of its group.
        target_s: seconds of work that may wait downstream; more should wait in the fair queue.
        stale_s: a look older than this is ignored.
    """

    def __init__(
        self,
        *,
        clock: Monotonic,
        least_window: int,
        target_s: float,
        stale_s: float = 5.0,
    ) -> None:
        self._clock = clock
        self._least_window = least_window
        self._target_s = target_s
        self._stale_s = stale_s
        self._lag = 0
        self._looks: deque[tuple[float, int]] = deque()  # instant, records ever finished
        self._seen_at = -inf
        self._released = 0
        self._members = 1
        self._busy_s = 0.0
        self.capacity = 0.0

    def observe(self, *, lag: int, done: int, members: int = 1) -> None:
        """Take the result of a look.

        Args:
            lag: records that wait or are in flight downstream.
            done: records ever finished there.
            members: how many consumers the largest stage there has.
        """
        now = self._clock()
        if self._looks and now > self._seen_at:
            since, before = self._looks[0]
            self._learn((done - before) / (now - since), lag, now - self._seen_at)
        self._looks.append((now, done))
        while now - self._looks[0][0] > _RATE_S:
            self._looks.popleft()
        self._lag, self._seen_at, self._released = lag, now, 0
        self._members = max(1, members)

    def _learn(self, rate: float, lag: int, seconds: float) -> None:
        busy = lag >= self._least_window // 2
        self._busy_s += seconds if busy else 0.0
        if rate > self.capacity:
            self.capacity += (rate - self.capacity) * (1 - exp(-seconds / _RISE_S))
        elif busy:
            self.capacity += (rate - self.capacity) * (1 - exp(-seconds / _FALL_S))

    def released(self) -> None:
        """Note that one more record was released to the downstream stages."""
        self._released += 1

    @property
    def idle(self) -> bool:
        """Whether nothing was under way at the last look, and nothing was released since."""
        return self._lag == 0 and self._released == 0

    @property
    def size(self) -> float:
        """Estimate of the records that wait or are in flight downstream now."""
        since = self._clock() - self._seen_at
        if since > self._stale_s:
            return 0.0
        return max(0.0, self._lag + self._released - self.capacity * since)

    @property
    def room(self) -> float:
        """Records that may be released now; unlimited while nothing is known."""
        if self._clock() - self._seen_at > self._stale_s:
            return inf
        least = self._least_window * self._members
        return max(least, self.capacity * self._target_s) - self.size

    def wait_s(self, ahead: float = 0.0) -> float:
        """Seconds until the backlog and `ahead` more records are done; 0 if capacity is unknown."""
        known = self._busy_s >= _EVIDENCE_S and self.capacity > 0
        return (self.size + ahead) / self.capacity if known else 0.0
