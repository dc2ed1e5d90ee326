"""Records of questions (caller, deadline), shared by all replicas."""

from __future__ import annotations

from collections import OrderedDict
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from ragline.adapters.redis.client import translated
from ragline.adapters.redis.query_keys import query_key
from ragline.contracts.base import QueryRef
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest
from ragline.errors import Unavailable

# Records of this replica's own questions, kept in memory in case Redis is down
_KEPT_HERE = 20_000


class QueryRecord(BaseModel):
    """A question asked through the gateway. `digest` tells a repeat from a different question."""

    model_config = ConfigDict(frozen=True)

    query_id: str
    tenant: str
    subject: str
    digest: str
    submitted_at: AwareDatetime
    deadline: AwareDatetime

    @property
    def ref(self) -> QueryRef:
        """The name of the query."""
        return QueryRef(self.tenant, self.query_id)

    @classmethod
    def of(cls, query: QuerySubmitted, *, subject: str) -> Self:
        """Return the record of a question with its times set."""
        if query.submitted_at is None or query.deadline is None:
            raise ValueError("a question's times must be stated")
        return cls(
            query_id=query.query_id,
            tenant=query.tenant,
            subject=subject,
            digest=question_digest(query),
            submitted_at=query.submitted_at,
            deadline=query.deadline,
        )


def record_key(query: QueryRef) -> str:
    """Return the key of a question's record."""
    return query_key("gateway:query", query)


class QueryRecords:
    """Keeps records in Redis for `ttl_s` seconds, and this replica's records in memory as well."""

    def __init__(self, redis: Redis, *, ttl_s: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._here: OrderedDict[QueryRef, QueryRecord] = OrderedDict()

    async def keep(self, record: QueryRecord) -> QueryRecord:
        """Store `record` unless one with its id exists; return the stored one.

        While Redis is down, it is stored in this replica only.
        """
        try:
            kept = await self._first(record)
        except Unavailable:
            kept = self._here.get(record.ref, record)
        self._here[record.ref] = kept
        while len(self._here) > _KEPT_HERE:
            self._here.popitem(last=False)
        return kept

    async def find(self, query: QueryRef) -> QueryRecord | None:
        """Return a question's record, or None.

        Raises:
            Unavailable: the record is not in this replica's memory, and Redis is down.
        """
        if (record := self._here.get(query)) is not None:
            return record
        with translated("look-up of a question"):
            found = await self._redis.get(record_key(query))
        return None if found is None else _read(found)

    async def _first(self, record: QueryRecord) -> QueryRecord:
        key = record_key(record.ref)
        with translated("record of a question"):
            stored = await self._redis.set(key, record.model_dump_json(), nx=True, ex=self._ttl_s)
            found = None if stored else await self._redis.get(key)
        return record if found is None else (_read(found) or record)


def _read(value: bytes | str) -> QueryRecord | None:
    try:
        return QueryRecord.model_validate_json(value)
    except ValidationError:
        return None
