"""Looks up a question's record and, once it exists, its answer."""

from __future__ import annotations

from redis.asyncio import Redis

from ragline.adapters.redis.token_reader import request_cancel
from ragline.contracts.base import QueryRef
from ragline.errors import Unavailable
from ragline.ports.answers import AnswerLedger, Attempt
from ragline_gateway.access.caller import Caller
from ragline_gateway.answers.answered_question import answered_question
from ragline_gateway.problems import Problem
from ragline_gateway.queries.records import QueryRecord, QueryRecords


class Lookup:
    """Looks up questions; callers see only their own."""

    def __init__(self, *, records: QueryRecords, ledger: AnswerLedger, redis: Redis) -> None:
        self._records = records
        self._ledger = ledger
        self._redis = redis

    async def record(self, query_id: str, caller: Caller) -> QueryRecord:
        """Return the record of the caller's own question.

        Raises:
            Problem: 404, it does not exist or is somebody else's; the response does not tell which.
            Unavailable: Redis is down.
        """
        record = await self._records.find(QueryRef(caller.tenant, query_id))
        if record is None or record.subject != caller.subject:
            raise Problem(
                status=404,
                code="no-such-query",
                title="There is no such question",
                detail="it was asked by somebody else, is older than two days, or never was",
            )
        return record

    async def answer(self, record: QueryRecord) -> bytes | None:
        """Return the claimed answer as it was published, or None if there is none yet.

        Raises:
            Unavailable: Redis is down.
        """
        found = await self._ledger.claimed(Attempt(record.ref))
        about = None if found is None else answered_question(found)
        if about is None or about.matches(record.tenant, record.digest):
            return found
        return await self._ledger.claimed(Attempt(record.ref, duplicate=record.digest))

    async def answer_if_known(self, record: QueryRecord) -> bytes | None:
        """Like `answer`, but return None while Redis is down."""
        try:
            return await self.answer(record)
        except Unavailable:
            return None

    async def cancel(self, record: QueryRecord) -> None:
        """Ask the generator to stop; the question still gets its answer.

        Raises:
            Unavailable: Redis is down.
        """
        await request_cancel(self._redis, record.ref)
