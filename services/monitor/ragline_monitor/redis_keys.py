"""The Redis keys of the monitor's memory."""

from __future__ import annotations

from ragline.adapters.redis.query_keys import query_key
from ragline.contracts.base import QueryRef
from ragline_monitor.ports import RecordId

_DAY_MS = 86_400_000
_BLOCK = 65_536


def answer_key(query: QueryRef, duplicate: str | None = None) -> str:
    """Return the key of the facts about a query's answers: a hash by attempt.

    `duplicate` is the digest of another question with the same id, whose answer is no attempt.
    """
    return query_key(f"monitor:answer-{duplicate}" if duplicate else "monitor:answer", query)


def early_key(query: QueryRef) -> str:
    """Return the key of the ratings that wait for their answer: a list."""
    return query_key("monitor:early", query)


def hour_key(hour: int) -> str:
    """Return the key of an hour's history: a hash of amounts."""
    return f"ragline:monitor:hour:{hour}"


def seen_bit(record: RecordId) -> tuple[str, int]:
    """Return the key and the bit that mark a record as counted.

    One bit per record, because topics are long. The day is part of the key because a recreated
    topic starts again at offset 0.
    """
    block, bit = divmod(record.offset, _BLOCK)
    day = record.appended_at // _DAY_MS
    return f"ragline:monitor:seen:{record.topic}:{record.partition}:{day}:{block}", bit
