"""Entries of a query's stream: how they are stored, published and read.

Two kinds share the stream `ragline:tokens/{tenant}/{query_id}`. A **token** entry `{attempt, seq,
delta}` (or `status` instead of `delta`) has the id `attempt-seq`. A **stage** entry `{stage,
queued, started, timings}` says that a stage has begun, and has an id `0-n` below all tokens.
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
from ragline.adapters.redis.query_keys import query_key
from ragline.contracts.base import QueryRef

_NOT_HIGHER = "equal or smaller"  # Redis' answer to an id that is not higher than the last
_AS_JSON = frozenset({"attempt", "seq", "queued", "started", "timings"})


def tokens_key(query: QueryRef) -> str:
    """Return the key of the query's stream, and the name of its channel."""
    return query_key("tokens", query)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a reader resumes after `id`; `data` is the entry as a JSON object.

    `data` is exactly what was published, so it can be forwarded unchanged.
    """

    id: str
    data: str

    @property
    def order(self) -> tuple[int, int]:
        """The sort key of entries: the id as numbers."""
        return entry_order(self.id)


def entry_order(entry_id: str) -> tuple[int, int]:
    """Return an id as numbers; `0` is before all entries.

    Raises:
        ValueError: it is not an entry id.
    """
    attempt, _, seq = entry_id.partition("-")
    return int(attempt), int(seq or 0)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be stored."""

    query: QueryRef
    entry_id: str
    fields: dict[FieldT, EncodableT]


async def add_entries(
    redis: Redis, entries: Sequence[NewEntry], *, maxlen: int, ttl_s: int
) -> None:
    """Store entries and publish them, in one round trip.

    An entry whose id is not higher than the last one of its stream is silently dropped.

    Raises:
        redis.RedisError: Redis is down or refuses.
    """
    async with redis.pipeline(transaction=False) as pipeline:
        for entry in entries:
            key = tokens_key(entry.query)
            texts = {str(name): str(value) for name, value in entry.fields.items()}
            pipeline.xadd(key, entry.fields, id=entry.entry_id, maxlen=maxlen, approximate=True)
            pipeline.expire(key, ttl_s)
            pipeline.publish(key, _as_data(entry.entry_id, texts))
        for reply in await pipeline.execute(raise_on_error=False):
            if isinstance(reply, Exception) and not _is_late(reply):
                raise reply


def _is_late(error: Exception) -> bool:
    return isinstance(error, ResponseError) and _NOT_HIGHER in str(error)


async def entries_after(redis: Redis, query: QueryRef, last_id: str) -> list[Entry]:
    """Return the entries stored after `last_id`, oldest first.

    Raises:
        Unavailable: Redis is down.
    """
    with translated("read of the token stream"):
        found = cast(
            "list[tuple[bytes, dict[bytes, bytes]]]",
            await redis.xrange(tokens_key(query), min=f"({last_id}", max="+"),
        )
    return [stored_entry(entry_id, fields) for entry_id, fields in found]


def stored_entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """Return a stored entry in the form in which it was published."""
    name = entry_id.decode()
    texts = {field.decode(): value.decode() for field, value in fields.items()}
    return Entry(name, _as_data(name, texts))


def _as_data(entry_id: str, fields: Mapping[str, str]) -> str:
    read = {name: json.loads(text) if name in _AS_JSON else text for name, text in fields.items()}
    return json.dumps({"id": entry_id, **read})


def published_entry(message: bytes) -> Entry:
    """Parse a published entry.

    Raises:
        ValueError: the message is not an entry.
    """
    text = message.decode()
    try:
        entry = Entry(str(json.loads(text)["id"]), text)
        entry_order(entry.id)
    except (KeyError, TypeError) as error:
        raise ValueError("no entry of a stream") from error
    return entry
