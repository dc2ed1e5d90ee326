"""How far an index is filled, from offsets."""

from __future__ import annotations

import pytest
from aiokafka import TopicPartition

from ragline_cli.reindex.fill import Fill, TopicFill, fill_of

P0, P1 = TopicPartition("documents", 0), TopicPartition("documents", 1)


def test_what_no_group_has_read_is_left_and_what_retention_removed_is_not() -> None:
    found = fill_of("documents", {P0: 10, P1: 0}, {P0: 30, P1: 5}, {P0: 15})
    assert (found.done, found.all, found.lag) == (5, 25, 20)
    assert found.left == {0: 15, 1: 5}


def test_an_offset_before_the_beginning_counts_as_read_to_there() -> None:
    found = fill_of("documents", {P0: 10}, {P0: 10}, {P0: 3})
    assert (found.done, found.all, found.lag) == (0, 0, 0)


@pytest.mark.parametrize(
    ("lag", "per_second", "seconds"), [(0, None, 0.0), (30, 10.0, 3.0), (30, 0.0, None)]
)
def test_the_time_left_is_known_while_something_is_done(
    lag: int, per_second: float | None, seconds: float | None
) -> None:
    topic = TopicFill(topic="documents", done=0, all=lag, left={0: lag})
    fill = Fill(topics=(topic,), ingestors=1, per_second=per_second)
    assert fill.seconds_left == seconds
