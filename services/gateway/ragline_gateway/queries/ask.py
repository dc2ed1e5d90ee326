"""Publishes the question of a request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ragline.clock import Clock, epoch_ms
from ragline.contracts.cloudevents import Envelope
from ragline.contracts.queries import Filters, Options, Principal, QuerySubmitted
from ragline_gateway.access.caller import Caller
from ragline_gateway.problems import Problem
from ragline_gateway.publisher import Publisher
from ragline_gateway.queries.models import AskBody
from ragline_gateway.queries.records import QueryRecord, QueryRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds until a question expires: the default and the maximum."""

    default_s: float
    max_s: float


class Ask:
    """Publishes questions on behalf of their callers."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        records: QueryRecords,
        deadlines: Deadlines,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._publisher = publisher
        self._records = records
        self._deadlines = deadlines
        self._clock = clock
        self._new_id = new_id

    async def ask(
        self, body: AskBody, caller: Caller, *, idempotency_key: str | None = None
    ) -> QueryRecord:
        """Publish a question; it is stored when this returns.

        A repeat by the same caller with the same `idempotency_key` is the same question, with one
        answer. It is published again, because the first attempt may have failed after its record
        was stored.

        Raises:
            Problem: 409, the key was used for another question.
            Unavailable: Kafka does not answer.
            InvalidEvent: the question exceeds the broker's size limit.
        """
        query = self._event(body, caller, self._query_id(caller, idempotency_key))
        record = QueryRecord.of(query, subject=caller.subject)
        kept = await self._records.keep(record)
        if kept.digest != record.digest:
            raise Problem(
                status=409,
                code="idempotency-key-reused",
                title="This Idempotency-Key was used for another question",
                detail="take a new key for each question",
            )
        stamped = query.model_copy(
            update={"submitted_at": kept.submitted_at, "deadline": kept.deadline}
        )
        envelope = Envelope(deadline=int(epoch_ms(kept.deadline)), tenant=query.tenant)
        await self._publisher.publish(stamped, envelope=envelope)
        return kept

    def _query_id(self, caller: Caller, idempotency_key: str | None) -> str:
        return self._new_id() if idempotency_key is None else self.id_of(caller, idempotency_key)

    def id_of(self, caller: Caller, idempotency_key: str) -> str:
        """Return the id of the question that the caller asks with this key.

        It is derived from the caller, so that nobody can guess or reuse somebody else's.
        """
        named = "\0".join((caller.tenant, caller.subject, idempotency_key)).encode()
        return hashlib.blake2b(named, digest_size=16, person=b"ragline-idem").hexdigest()

    def _event(self, body: AskBody, caller: Caller, query_id: str) -> QuerySubmitted:
        now = self._clock()
        seconds = min(body.deadline_s or self._deadlines.default_s, self._deadlines.max_s)
        return QuerySubmitted(
            query_id=query_id,
            text=body.text,
            tenant=caller.tenant,
            history=body.history,
            principal=Principal(user=caller.user, groups=caller.groups),
            filters=Filters(**body.filters.model_dump()),
            options=Options(**body.options.model_dump(), stream=True),
            submitted_at=now,
            deadline=now + timedelta(seconds=seconds),
        )
