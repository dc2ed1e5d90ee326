"""What processes say of themselves, in Redis: a hash with a field for each process.

When they said it is Redis' time, so that no machine whose clock is wrong takes others for ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, cast

from pydantic import ValidationError
from redis.asyncio import Redis

from ragline.adapters.redis.client import translated
from ragline.ports.process_notes import NoteT

# processes note what they have every few seconds; who has not for this long has ended
_LIFE = timedelta(seconds=15)
_KEPT_S = 86_400


class ProcessNotes(Generic[NoteT]):
    """Port `NoteBoard`.

    Args:
        redis: the client; its time limits bound every call.
        key: of the hash.
        kind: of the notes.
    """

    def __init__(self, redis: Redis, *, key: str, kind: type[NoteT]) -> None:
        self._redis = redis
        self._key = key
        self._kind = kind

    async def note(self, note: NoteT) -> None:
        """Replace what a process has noted before.

        Raises:
            Unavailable: Redis is down.
        """
        with translated("note what this process has"):
            told = note.model_copy(update={"at": await self._now()})
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(self._key, f"{note.service}/{note.instance}", told.model_dump_json())
                pipe.expire(self._key, _KEPT_S)
                await pipe.execute()

    async def recent(self) -> Sequence[NoteT]:
        """Return what processes have noted lately, and forget the others.

        Raises:
            Unavailable: Redis is down.
        """
        with translated("look what processes have"):
            found = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
            notes = {field: self._read(value) for field, value in found.items()}
            since = await self._now() - _LIFE
            ended = [field for field, note in notes.items() if note is None or note.at < since]
            if ended:
                await self._redis.hdel(self._key, *cast("list[str]", ended))
        kept = (note for field, note in notes.items() if note is not None and field not in ended)
        return sorted(kept, key=lambda note: (note.service, note.instance))

    async def _now(self) -> datetime:
        seconds, microseconds = await self._redis.time()
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)

    def _read(self, value: bytes) -> NoteT | None:
        try:
            return self._kind.model_validate_json(value)
        except ValidationError:  # of another release
            return None
