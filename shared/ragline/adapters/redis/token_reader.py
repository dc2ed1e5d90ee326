"""The reading side of the token stream, for the gateway and the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from ragline.adapters.redis.client import translated
from ragline.adapters.redis.entries import tokens_key
from ragline.adapters.redis.token_stream import cancel_key
from ragline.contracts.base import QueryRef

_CANCEL_TTL_S = 3_600
# The client's own type is a union over its protocols; `open_redis` uses RESP2 with bytes
_Reply = list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEvent:
    """One entry of the stream. Resume after `id`; `status` is set on an attempt's last entry.

    If `attempt` is higher than before, drop the text so far. A gap in `seq` means that text was
    lost; the answer on `answers` has all of it.
    """

    id: str
    attempt: int
    seq: int
    delta: str = ""
    status: str | None = None


async def read_tokens(
    redis: Redis, query: QueryRef, *, last_id: str = "0", block_ms: int = 500
) -> AsyncIterator[TokenEvent]:
    """Follow a query's stream after `last_id` until an attempt ends.

    Waits forever for a stream that never begins (a stage before the generator may have answered):
    run it beside the consumer of `answers` and stop it when the answer is there.
    `block_ms` must stay below the client's socket time limit.

    Raises:
        Unavailable: Redis is down; resume later after the last `id`.
    """
    key = tokens_key(query)
    while True:
        with translated("read of the token stream"):
            found = cast("_Reply", await redis.xread({key: last_id}, block=block_ms))
        for entry_id, fields in found[0][1] if found else ():
            last_id = entry_id.decode()
            if b"attempt" not in fields:
                continue  # a stage's progress
            event = _event(entry_id, fields)
            yield event
            if event.status is not None:
                return


async def request_cancel(redis: Redis, query: QueryRef) -> None:
    """Ask the generator to stop this answer; harmless when it is already complete.

    Raises:
        Unavailable: Redis is down.
    """
    with translated("cancellation of an answer"):
        await redis.set(cancel_key(query), "1", ex=_CANCEL_TTL_S)


def _event(entry_id: bytes, fields: Mapping[bytes, bytes]) -> TokenEvent:
    status = fields.get(b"status")
    return TokenEvent(
        id=entry_id.decode(),
        attempt=int(fields[b"attempt"]),
        seq=int(fields[b"seq"]),
        delta=fields.get(b"delta", b"").decode(),
        status=None if status is None else status.decode(),
    )
