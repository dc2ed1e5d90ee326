"""Where the monitor's memory lies in Redis."""

from __future__ import annotations

from ragline_monitor.ports import RecordId

_DAY_MS = 86_400_000
_BLOCK = 65_536


def answer_key(query_id: str) -> str:
    """Return the key of what a query's answers were about: a hash, by attempt."""
    return f"ragline:monitor:answer:{query_id}"


def early_key(query_id: str) -> str:
    """Return the key of the ratings that wait for their answer: a list."""
    return f"ragline:monitor:early:{query_id}"


def hour_key(hour: int) -> str:
    """Return the key of an hour's history: a hash of amounts."""
    return f"ragline:monitor:hour:{hour}"


def seen_bit(record: RecordId) -> tuple[str, int]:
    """Return where it is noted that a record was counted: a key and its bit.

    A bit a record, as topics are long. The day is in the key because a topic that is made anew
    begins again at offset 0.
    """
    block, bit = divmod(record.offset, _BLOCK)
    day = record.appended_at // _DAY_MS
    return f"ragline:monitor:seen:{record.topic}:{record.partition}:{day}:{block}", bit
