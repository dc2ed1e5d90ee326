"""Fetches that a broker holds for long while nothing comes, and only briefly when one must follow.

aiokafka sends a broker one fetch at a time, for the partitions whose records have all been taken.
A partition that is left out has to wait until that fetch is answered, so a fetch without one of
them is held briefly. A fetch for all of them can be held for long: the broker answers it as soon as
a record comes, and an idle consumer asks twice a second instead of twenty times.
"""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher

from ragline.settings import KafkaSettings

# How long a broker holds a fetch while a partition is left out
BRIEFLY_MS = 50
# How many times longer it holds fetches that are in no hurry
_PATIENCE = 6


def patient(settings: KafkaSettings) -> KafkaSettings:
    """Return the settings for a consumer whose fetches are held longer.

    A record ends them at once all the same. Only other partitions wait for them: those that a
    rebalance brings, or that are added. So this is for who is in no group, and for records that
    wait anyway.
    """
    held_ms = _PATIENCE * settings.fetch_max_wait_ms
    return settings.model_copy(update={"fetch_max_wait_ms": held_ms})


class HoldingFetcher(Fetcher):
    """aiokafka's fetcher, which states for each round of fetches how long they may be held.

    It relies on internals; `tests/contract/test_faststream_internals.py` fails when they change.
    """

    longest_ms: int

    def _get_actions_per_node(self, assignment: Any) -> Any:
        self._fetch_max_wait_ms = (
            min(BRIEFLY_MS, self.longest_ms) if self._leaves_out(assignment) else self.longest_ms
        )
        return super()._get_actions_per_node(assignment)

    def _leaves_out(self, assignment: Any) -> bool:
        return any(
            tp in self._records or assignment.state_value(tp).paused for tp in assignment.tps
        )


def hold_fetches(consumer: AIOKafkaConsumer) -> None:
    """Have the fetches of a started consumer held for its `fetch_max_wait_ms`, or briefly."""
    fetcher = consumer._fetcher
    fetcher.longest_ms = fetcher._fetch_max_wait_ms
    fetcher.__class__ = HoldingFetcher
