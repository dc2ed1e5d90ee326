"""Fetches for every partition are held for long; where one must follow soon, only briefly."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher

from ragline.messaging import held_fetches
from ragline.messaging.held_fetches import (
    AT_REST_MS,
    BRIEFLY_MS,
    REST_AFTER_S,
    HoldingFetcher,
    hold_fetches,
)

HERE, THERE = TopicPartition("queries", 0), TopicPartition("queries", 1)


class Assignment:
    """Two partitions, of which some are paused."""

    tps = (HERE, THERE)

    def __init__(self, *paused: TopicPartition) -> None:
        self._paused = paused

    def state_value(self, partition: TopicPartition) -> Any:
        return SimpleNamespace(paused=partition in self._paused)


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fetcher as a consumer has it, which only tells how long its next fetch may be held."""
    monkeypatch.setattr(Fetcher, "_get_actions_per_node", lambda self, _: self._fetch_max_wait_ms)
    fetcher: Any = object.__new__(Fetcher)
    fetcher._records, fetcher._fetch_max_wait_ms = {}, 500
    consumer: Any = SimpleNamespace(_fetcher=fetcher)
    hold_fetches(consumer)
    assert type(fetcher) is HoldingFetcher
    return fetcher


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move the clock that fetchers look at."""
    now = [1_000.0]
    monkeypatch.setattr(held_fetches, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


def test_a_fetch_for_every_partition_is_held_as_long_as_the_settings_say(fetcher: Any) -> None:
    assert fetcher._get_actions_per_node(Assignment()) == 500


def test_a_fetch_without_records_that_are_not_taken_yet_is_held_briefly(fetcher: Any) -> None:
    fetcher._records[THERE] = object()
    assert fetcher._get_actions_per_node(Assignment()) == BRIEFLY_MS
    del fetcher._records[THERE]
    assert fetcher._get_actions_per_node(Assignment()) == 500


def test_a_fetch_without_a_paused_partition_is_held_briefly(fetcher: Any) -> None:
    assert fetcher._get_actions_per_node(Assignment(HERE)) == BRIEFLY_MS


def test_no_fetch_is_held_longer_than_the_settings_say(fetcher: Any) -> None:
    fetcher.longest_ms = 20
    assert fetcher._get_actions_per_node(Assignment(HERE)) == 20


def test_once_nothing_has_come_for_a_while_a_fetch_is_held_for_longer(
    fetcher: Any, pass_time: Callable[[float], None]
) -> None:
    assignment = Assignment()
    assert fetcher._get_actions_per_node(assignment) == 500
    pass_time(REST_AFTER_S)
    assert fetcher._get_actions_per_node(assignment) == AT_REST_MS


@pytest.mark.parametrize("stirs", ["a record", "another assignment"])
def test_what_comes_ends_the_rest(
    fetcher: Any, pass_time: Callable[[float], None], stirs: str
) -> None:
    assignment = Assignment()
    fetcher._get_actions_per_node(assignment)
    pass_time(REST_AFTER_S)
    if stirs == "a record":
        fetcher._records[HERE] = object()
        assert fetcher._get_actions_per_node(assignment) == BRIEFLY_MS
        del fetcher._records[HERE]
    else:
        assignment = Assignment()
    assert fetcher._get_actions_per_node(assignment) == 500


def test_a_consumer_whose_fetches_are_held_long_anyway_keeps_it(
    fetcher: Any, pass_time: Callable[[float], None]
) -> None:
    fetcher.longest_ms = 5_000
    assignment = Assignment()
    fetcher._get_actions_per_node(assignment)
    pass_time(REST_AFTER_S)
    assert fetcher._get_actions_per_node(assignment) == 5_000
