"""Whether a key lies in the partition to which its hash belongs.

Java's clients and aiokafka hash keys with murmur2, librdkafka's clients with CRC32 unless told
otherwise. A key that two publishers place differently has its records in two partitions: nothing
orders them, and compaction keeps the last one of each, so that a deleted text stays in the log.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable

from aiokafka.partitioner import murmur2

from ragline.observability.metrics import Metrics

_log = logging.getLogger(__name__)
# Java's `toPositive`: the sign is dropped
_POSITIVE = 0x7FFFFFFF
_WORD = 0xFFFFFFFF
_FNV_BASIS = 2_166_136_261
_FNV_PRIME = 16_777_619
_TELL_AGAIN_S = 600.0


def partition_of(key: bytes, partitions: int) -> int:
    """Return the number of the partition that murmur2 gives to a key (Java's default)."""
    return int((murmur2(key) & _POSITIVE) % partitions)


def other_homes(key: bytes, partitions: int) -> frozenset[int]:
    """Return the partitions into which publishers with other hashes than murmur2 put a key.

    Those are CRC32, librdkafka's default (`consistent_random`), and FNV-1a, that of Sarama and
    kafka-go. The key's own partition is never among them; mostly there are two.
    """
    # of a negative hash Sarama takes the remainder with the sign of the hash, and drops the sign
    placed = {zlib.crc32(key) % partitions, abs(_signed(_fnv1a(key))) % partitions}
    return frozenset(placed - {partition_of(key, partitions)})


def _fnv1a(key: bytes) -> int:
    found = _FNV_BASIS
    for byte in key:
        found = ((found ^ byte) * _FNV_PRIME) & _WORD
    return found


def _signed(word: int) -> int:
    return word - (1 << 32) if word > _POSITIVE else word


class Placement:
    """Counts the records of a topic whose key another hash placed, and says so now and then.

    Args:
        topic: its name.
        metrics: gets the count.
        clock: seconds that only grow.
    """

    def __init__(self, topic: str, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._topic = topic
        self._metrics = metrics
        self._clock = clock
        self._told_at: float | None = None

    def check(self, key: bytes, partition: int, *, partitions: int) -> None:
        """Look at one record of `key` that came from `partition` of `partitions`."""
        expected = partition_of(key, partitions)
        if expected == partition:
            return
        self._metrics.count("ragline_misplaced_keys_total", topic=self._topic)
        now = self._clock()
        if self._told_at is None or now - self._told_at >= _TELL_AGAIN_S:
            self._told_at = now
            _log.warning(
                "%s: key %r came from partition %d of %d and belongs into %d by murmur2; its "
                "publisher hashes keys differently, so records of one key are in two partitions: "
                "set `partitioner=murmur2_random` (librdkafka), or leave Java's default",
                self._topic,
                key.decode("utf-8", "replace"),
                partition,
                partitions,
                expected,
            )
