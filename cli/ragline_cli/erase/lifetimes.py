"""How long records stay that a subject has on a topic, by the topic's settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NEVER = -1
# what the broker uses where a topic says nothing
_SEGMENT_MS = 7 * 86_400_000
_UNLIMITED_LAG = 2**63 - 1
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Until when the last of the records is there, and by which setting; None is for good."""

    until: datetime | None
    why: str


def until_deleted(config: Mapping[str, str], newest_ms: int) -> Lifetime:
    """Return when a topic with `cleanup.policy=delete` has lost a record.

    The broker deletes whole segments: a segment is kept until its newest record is too old, and
    that one may be `segment.ms` younger than ours.
    """
    retention_ms = int(config.get("retention.ms", _NEVER))
    if retention_ms == _NEVER:
        return Lifetime(until=None, why="retention.ms=-1: the topic keeps its records for ever")
    segment_ms = int(config.get("segment.ms", _SEGMENT_MS))
    return Lifetime(
        until=_later(newest_ms, retention_ms + segment_ms),
        why=f"retention.ms={retention_ms}, and segment.ms={segment_ms} of its segment at most",
    )


def until_compacted(config: Mapping[str, str], newest_ms: int) -> Lifetime:
    """Return when compaction has removed a record that a later one of its key replaced.

    The last segment is never compacted. It ends with the first record that is appended after
    `max.compaction.lag.ms`, so an idle partition needs one: a repeated erasure stores it.
    """
    lag_ms = int(config.get("max.compaction.lag.ms", _UNLIMITED_LAG))
    ratio = config.get("min.cleanable.dirty.ratio", "0.5")
    if lag_ms >= _UNLIMITED_LAG:
        return Lifetime(
            until=None,
            why=f"compaction begins when {ratio} of the partition is new, at no stated time: set "
            "max.compaction.lag.ms with `ragline topics apply`",
        )
    return Lifetime(
        until=_later(newest_ms, lag_ms),
        why=f"compaction begins at min.cleanable.dirty.ratio={ratio}, at the latest after "
        f"max.compaction.lag.ms={lag_ms} and the next record in the partition",
    )


def closes_after_s(config: Mapping[str, str]) -> float:
    """Return after how many seconds the next record of a partition begins a new segment.

    What is in the last segment is neither compacted nor does it let compaction remove what is
    before it.
    """
    segment_ms = int(config.get("segment.ms", _SEGMENT_MS))
    return min(segment_ms, int(config.get("max.compaction.lag.ms", _UNLIMITED_LAG))) / 1_000


def _later(instant_ms: int, by_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(instant_ms / 1_000, UTC) + timedelta(milliseconds=by_ms)
    except (OverflowError, ValueError):
        return _LAST
