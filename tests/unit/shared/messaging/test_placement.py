"""Which partition a key belongs into, and what is said of one that lies elsewhere."""

from __future__ import annotations

import logging

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from ragline.messaging.placement import Placement, other_homes, partition_of
from ragline.observability.metrics import Metrics

NAME = "ragline_misplaced_keys_total"


@given(key=st.binary(min_size=1, max_size=64), partitions=st.integers(1, 64))
def test_it_is_where_our_own_producers_put_it(key: bytes, partitions: int) -> None:
    numbers = list(range(partitions))
    assert partition_of(key, partitions) == DefaultPartitioner()(key, numbers, numbers)


def test_javas_own_example() -> None:
    """`kafka-verifiable-producer` and librdkafka's tests have these values of murmur2."""
    assert partition_of(b"kafka", 1 << 31) == 0xD067CF64 & 0x7FFFFFFF
    assert partition_of(b"giberish123456789", 1 << 31) == 0x8F552B0C & 0x7FFFFFFF


@given(key=st.binary(min_size=1, max_size=64), partitions=st.integers(1, 64))
def test_other_homes_are_partitions_other_than_its_own(key: bytes, partitions: int) -> None:
    homes = other_homes(key, partitions)
    assert homes <= set(range(partitions)) - {partition_of(key, partitions)}
    assert len(homes) <= 2


def test_the_hashes_of_other_publishers() -> None:
    """Values of the algorithms' own test vectors: CRC32 of IEEE 802.3, FNV-1a of its authors."""
    most = 1 << 31
    assert 0x352441C2 in other_homes(b"abc", most)
    # as a signed number the hash of "foobar" is negative
    assert (1 << 32) - 0xBF9CF968 in other_homes(b"foobar", most)


def test_what_lies_elsewhere_is_counted_and_said_once_in_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics, now = Metrics(), [0.0]
    placement = Placement("documents", metrics, lambda: now[0])
    key = b"acme/badges.md"
    belongs = partition_of(key, 12)

    def misplaced() -> float:
        return metrics.registry.get_sample_value(NAME, {"topic": "documents"}) or 0.0

    with caplog.at_level(logging.WARNING):
        placement.check(key, belongs, partitions=12)
        assert not caplog.records
        for _ in range(3):
            placement.check(key, belongs ^ 1, partitions=12)
        assert len(caplog.records) == 1
        now[0] = 600.0
        placement.check(key, belongs ^ 1, partitions=12)
        assert len(caplog.records) == 2

    assert misplaced() == 4
    assert "murmur2_random" in caplog.text
    assert "acme/badges.md" in caplog.text
