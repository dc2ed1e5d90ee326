"""Entries of a query's stream: how they are stored, published and read, by writers and readers.

Two kinds share the stream `ragline:tokens:{query_id}`. A **token** entry `{attempt, seq, delta}`
(or `status` instead of `delta`) has the id `attempt-seq`. A **stage** entry `{stage, queued,
started, timings}` says that a stage has begun, and has an id `0-n` below all tokens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.typing import EncodableT, FieldT

from ragline.adapters.redis.client import translated

_NOT_HIGHER = "equal or smaller"  # Redis' answer to an id that is not higher than the last
_AS_JSON = frozenset({"attempt", "seq", "queued", "started", "timings"})


def tokens_key(query_id: str) -> str:
    """Return the key of the query's stream, and the name of its channel."""
    return f"ragline:tokens:{query_id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `id` resumes after it, `data` is the entry as a JSON object.

    `data` is what was published, so that it can be passed on as it is.
    """

    id: str
    data: str

    @property
    def order(self) -> tuple[int, int]:
        """What entries are sorted by: ids as numbers."""
        return entry_order(self.id)


def entry_order(entry_id: str) -> tuple[int, int]:
    """Return an id as numbers; `0` is before all entries.

    Raises:
        ValueError: it is no entry's id.
    """
    attempt, _, seq = entry_id.partition("-")
    return int(attempt), int(seq or 0)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be stored."""

    query_id: str
    entry_id: str
    fields: dict[FieldT, EncodableT]


async def add_entries(
    redis: Redis, entries: Sequence[NewEntry], *, maxlen: int, ttl_s: int
) -> None:
    """Store entries and publish them, in one round trip.

    One that is not behind the last of its stream is dropped without a word.

    Raises:
        redis.RedisError: Redis is down or refuses.
    """
    async with redis.pipeline(transaction=False) as pipeline:
        for entry in entries:
            key = tokens_key(entry.query_id)
            texts = {str(name): str(value) for name, value in entry.fields.items()}
            pipeline.xadd(key, entry.fields, id=entry.entry_id, maxlen=maxlen, approximate=True)
            pipeline.expire(key, ttl_s)
            pipeline.publish(key, _as_data(entry.entry_id, texts))
        for reply in await pipeline.execute(raise_on_error=False):
            if isinstance(reply, Exception) and not _is_late(reply):
                raise reply


def _is_late(error: Exception) -> bool:
    return isinstance(error, ResponseError) and _NOT_HIGHER in str(error)


async def entries_after(redis: Redis, query_id: str, last_id: str) -> list[Entry]:
    """Return what is stored behind `last_id`, oldest first.

    Raises:
        Unavailable: Redis is down.
    """
    with translated("read of the token stream"):
        found = cast(
            "list[tuple[bytes, dict[bytes, bytes]]]",
            await redis.xrange(tokens_key(query_id), min=f"({last_id}", max="+"),
        )
    return [stored_entry(entry_id, fields) for entry_id, fields in found]


def stored_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """Return a stored entry as it was published."""
    name = entry_id.decode()
    texts = {field.decode(): value.decode() for field, value in fields.items()}
    return Entry(name, _as_data(name, texts))


def _as_data(entry_id: str, fields: Mapping[str, str]) -> str:
    read = {name: json.loads(text) if name in _AS_JSON else text for name, text in fields.items()}
    return json.dumps({"id": entry_id, **read})


def published_entry(message: bytes) -> Entry:
    """Return a published entry.

    Raises:
        ValueError: it is none.
    """
    text = message.decode()
    try:
        entry = Entry(str(json.loads(text)["id"]), text)
        entry_order(entry.id)
    except (KeyError, TypeError) as error:
        raise ValueError("no entry of a stream") from error
    return entry
