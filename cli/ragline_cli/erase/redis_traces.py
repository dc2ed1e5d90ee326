"""What Redis keeps of a subject: answers, token streams, statuses, vectors of its texts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from redis.asyncio import Redis

from ragline.adapters.redis.answer_cache import cached_answer_key
from ragline.adapters.redis.client import translated
from ragline.adapters.redis.views import document_key, recent_key
from ragline.contracts.base import QueryRef
from ragline.contracts.documents import Outcome
from ragline_cli.erase.subject import Subject, parsed

_OF_QUERY = re.compile(r"ragline:([^/]+)/([^/]+)/(.*)", re.DOTALL)
_CACHED = cached_answer_key("")
_BATCH = 500


class Kind(StrEnum):
    """What a key holds, as the receipt names it."""

    CACHED_ANSWER = "cached answers"
    CLAIMED_ANSWER = "claimed answers"
    STREAM = "token streams"
    STATUS = "statuses"
    EMBEDDING = "embeddings"
    OTHER = "other keys of the tenant"


@dataclass(slots=True)
class RedisTraces:
    """The keys by what they hold, and the queries of the answers among them."""

    keys: dict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))
    queries: set[QueryRef] = field(default_factory=set)


async def find_traces(
    redis: Redis,
    subject: Subject,
    *,
    queries: Collection[QueryRef],
    documents: Iterable[str],
    embeddings: Sequence[str] = (),
) -> RedisTraces:
    """Look at every key of Ragline's.

    Args:
        redis: the client.
        subject: what is erased.
        queries: those whose passages or answers are known to be of it.
        documents: ids whose statuses are looked up.
        embeddings: the keys of the vectors of its texts.

    Raises:
        Unavailable: Redis is down.
    """
    found = RedisTraces()
    with translated("looking for what is kept"):
        of_queries = await _scan(redis, subject, found)
        for kind, query, key in of_queries:
            if kind.startswith("answer") and subject.is_in(await redis.get(key)):
                found.queries.add(query)
        touched = found.queries | set(queries)
        for kind, query, key in of_queries:
            if subject.documents is None or query in touched:
                found.keys[_kind(kind)].add(key)
        found.keys[Kind.STATUS] |= await _statuses(redis, subject, documents)
        for key in embeddings:
            if await redis.exists(key):
                found.keys[Kind.EMBEDDING].add(key)
    if subject.documents is not None:
        found.keys.pop(Kind.OTHER, None)
    return found


async def remove_keys(redis: Redis, keys: Iterable[str]) -> int:
    """Delete keys and return how many there were.

    Raises:
        Unavailable: Redis is down.
    """
    wanted, removed = sorted(keys), 0
    with translated("removing what is kept"):
        for start in range(0, len(wanted), _BATCH):
            removed += int(await redis.delete(*wanted[start : start + _BATCH]))
    return removed


async def forget_recent(redis: Redis, subject: Subject, documents: Iterable[str]) -> None:
    """Take documents out of the tenant's list of recent ones.

    Raises:
        Unavailable: Redis is down.
    """
    ids = sorted(documents)
    with translated("removing what is kept"):
        for start in range(0, len(ids), _BATCH):
            await redis.zrem(recent_key(subject.tenant), *ids[start : start + _BATCH])


async def _scan(
    redis: Redis, subject: Subject, found: RedisTraces
) -> list[tuple[str, QueryRef, str]]:
    """Sort the keys; return those of the tenant's queries: kind, query and key."""
    of_queries = []
    async for raw in redis.scan_iter(match="ragline:*", count=1_000):
        key = raw.decode("utf-8", "surrogateescape")
        if key.startswith(_CACHED):
            if subject.is_in(await redis.get(raw)):
                found.keys[Kind.CACHED_ANSWER].add(key)
        elif (match := _OF_QUERY.fullmatch(key)) and match[2] == subject.tenant:
            of_queries.append((match[1], QueryRef(match[2], match[3]), key))
        elif subject.documents is None and key.startswith(f"ragline:rate:{subject.tenant}/"):
            found.keys[Kind.OTHER].add(key)
    return of_queries


async def _statuses(redis: Redis, subject: Subject, documents: Iterable[str]) -> set[str]:
    """Return the keys of statuses; one that says `deleted` is the proof, and holds no more."""
    found = set()
    for document_id in documents:
        key = document_key(subject.tenant, document_id)
        status = await redis.hget(key, "status")
        if status is not None and parsed(status).get("status") != Outcome.DELETED:
            found.add(key)
    return found


def _kind(name: str) -> Kind:
    if name.startswith("answer"):
        return Kind.CLAIMED_ANSWER
    return Kind.STREAM if name == "tokens" else Kind.OTHER
