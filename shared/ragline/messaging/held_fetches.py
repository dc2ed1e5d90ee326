"""Fetches that a broker holds for long while nothing comes, and only briefly when one must follow.

aiokafka sends a broker one fetch at a time, for the partitions whose records have all been taken.
A partition that is left out has to wait until that fetch is answered, so a fetch without one of
them is held briefly. A fetch for all of them can be held for long: the broker answers it as soon as
a record comes, and an idle consumer asks twice a second instead of twenty times. Once nothing has
come for a while, it asks every two seconds: only partitions that a rebalance brings wait for that.
"""

from __future__ import annotations

import time
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher

# How long a broker holds a fetch while a partition is left out
BRIEFLY_MS = 50
# How long it holds one at rest: an idle stack spends most of its time on fetches
AT_REST_MS = 2_000
# How long no record and no other assignment has come when a consumer is at rest, seconds
REST_AFTER_S = 30.0


class HoldingFetcher(Fetcher):
    """aiokafka's fetcher, which states for each round of fetches how long they may be held.

    It relies on internals; `tests/contract/test_faststream_internals.py` fails when they change.
    """

    longest_ms: int
    _held_for: Any = None
    _stirred_at: float = 0.0

    def _get_actions_per_node(self, assignment: Any) -> Any:
        self._fetch_max_wait_ms = self._held_ms(assignment)
        return super()._get_actions_per_node(assignment)

    def _held_ms(self, assignment: Any) -> int:
        leaves_out = self._leaves_out(assignment)
        if leaves_out or self._held_for is not assignment:
            self._held_for, self._stirred_at = assignment, time.monotonic()
        if leaves_out:
            return min(BRIEFLY_MS, self.longest_ms)
        if time.monotonic() - self._stirred_at < REST_AFTER_S:
            return self.longest_ms
        return max(AT_REST_MS, self.longest_ms)

    def _leaves_out(self, assignment: Any) -> bool:
        return any(
            tp in self._records or assignment.state_value(tp).paused for tp in assignment.tps
        )


def hold_fetches(consumer: AIOKafkaConsumer) -> None:
    """Have the fetches of a started consumer held for its `fetch_max_wait_ms`, or briefly."""
    fetcher = consumer._fetcher
    fetcher.longest_ms = fetcher._fetch_max_wait_ms
    fetcher.__class__ = HoldingFetcher
