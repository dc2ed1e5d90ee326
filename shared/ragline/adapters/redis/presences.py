"""Which processes run, of which release and with which model, in Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from ragline import __version__
from ragline.adapters.redis.process_notes import ProcessNotes
from ragline.background import repeating
from ragline.clock import utc_now
from ragline.contracts import bounds
from ragline.contracts.bounds import clip
from ragline.errors import RaglineError
from ragline.ports.process_notes import EmbeddedIndex, Presence
from ragline.process import instance_name
from ragline.settings import VectorStoreSettings

_EVERY_S = 5.0


class RedisPresences(ProcessNotes[Presence]):
    """Port `NoteBoard` of presences."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, key="ragline:presences", kind=Presence)


def no_index() -> None:
    """Say that a service embeds nothing."""


@asynccontextmanager
async def present(
    redis: Redis, service: str, *, index: Callable[[], EmbeddedIndex | None] = no_index
) -> AsyncIterator[None]:
    """Say every few seconds that this process runs, with the index that it then has."""
    presences, instance = RedisPresences(redis), instance_name()

    async def say() -> None:
        presence = Presence(
            service=service, instance=instance, at=utc_now(), version=__version__, index=index()
        )
        with suppress(RaglineError):  # that Redis is away, others tell
            await presences.note(presence)

    async with repeating(say, every_s=_EVERY_S):
        yield


def embedded_index(name: str, store: VectorStoreSettings, fingerprint: str) -> EmbeddedIndex:
    """Return what to say of an index."""
    return EmbeddedIndex(
        name=name,
        collection=f"{store.kind} {store.collection}",
        fingerprint=clip(fingerprint, bounds.MESSAGE_CHARS),
    )
