"""Delivery of queries: deadline, retry in place, and exactly one distinct terminal answer."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_exponential_jitter,
)

from ragline.clock import epoch_ms
from ragline.contracts.answers import AnswerError, AnswerStatus, QueryAnswered
from ragline.contracts.base import Event
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.topics import ANSWERS, topic_of
from ragline.errors import DeadlineExceeded, RaglineError, TransientError
from ragline.messaging.delivery import CURRENT, Delivery, Record
from ragline.messaging.failures import diagnose, failed_answer
from ragline.messaging.handling import Handler, Surroundings
from ragline.ports.answers import AnswerLedger

log = logging.getLogger(__name__)


class QueryHandler(Handler):
    """Runs a query stage within the query's deadline.

    Args:
        surroundings: stage, outbox and the rest.
        ledger: where answers are claimed; without it each attempt publishes its own bytes.
        replays: whether to look for a claimed answer before working: for the stage whose output is
            always the answer, so that a redelivery does not pay twice.
    """

    def __init__(
        self, surroundings: Surroundings, *, ledger: AnswerLedger | None, replays: bool
    ) -> None:
        super().__init__(surroundings)
        self._ledger = ledger
        self._replays = replays

    async def handle(self, event: QuerySubmitted) -> None:
        """Answer or pass on one query."""
        delivery = CURRENT.get()
        event, deadline = self._resolve(event, delivery)
        if self._replays and (earlier := await self._claimed(event.query_id)):
            await self._publish(QueryAnswered.model_validate_json(earlier), delivery, value=earlier)
            return
        if self._with.clock() >= deadline:
            await self._publish_answer(self._expired(event), delivery)
            return
        result = await self._attempt(event, deadline)
        if isinstance(result, QueryAnswered):
            await self._publish_answer(result, delivery)
        else:
            await self._publish(result, delivery)

    async def failed(self, record: Record, error: Exception) -> str:
        """Store the terminal answer, and a dead letter unless time simply ran out."""
        expired = isinstance(error, DeadlineExceeded)
        failure = diagnose(error) if expired else await self._bury(record, error)
        answer = failed_answer(record, failure, self._with.clock())
        if answer is not None:
            await self._publish_answer(answer, CURRENT.get())
        return "expired" if expired else "dead"

    def _resolve(
        self, event: QuerySubmitted, delivery: Delivery
    ) -> tuple[QuerySubmitted, datetime]:
        """Fill in when the query was submitted and until when an answer is of use."""
        submitted = event.submitted_at or delivery.appended_at
        default = submitted + timedelta(seconds=self._with.settings.default_deadline_s)
        deadline = event.deadline or default
        if event.submitted_at is None or event.deadline is None:
            event = event.model_copy(update={"submitted_at": submitted, "deadline": deadline})
        return event, deadline

    async def _attempt(self, event: QuerySubmitted, deadline: datetime) -> Event:
        """Call the stage, again after transient errors, until the deadline."""
        settings = self._with.settings
        remaining = (deadline - self._with.clock()).total_seconds()
        last: list[BaseException] = []

        def note(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, RaglineError):
                last[:] = [error]
                topic = CURRENT.get().record.topic
                self._with.metrics.count("ragline_retries_total", topic=topic, code=error.code)

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(TransientError),
            wait=wait_exponential_jitter(settings.retry_initial_s, settings.retry_max_s),
            before_sleep=note,
            reraise=True,
        )
        try:
            async with asyncio.timeout(remaining):
                return await retrying(self._with.stage, event)
        except TimeoutError as error:
            if last:
                raise last[0] from error
            raise DeadlineExceeded(f"no result within {remaining:.1f} s") from error

    def _expired(self, event: QuerySubmitted) -> QueryAnswered:
        return QueryAnswered(
            query_id=event.query_id,
            tenant=event.tenant,
            status=AnswerStatus.EXPIRED,
            error=AnswerError(
                code="deadline_exceeded",
                message=f"the deadline {event.deadline} passed before {self._with.service}",
            ),
            answered_at=self._with.clock(),
        )

    async def _publish_answer(self, answer: QueryAnswered, delivery: Delivery) -> None:
        """Claim the answer, publish the winner's bytes."""
        timings = (*delivery.envelope.timings, self._timing(delivery))
        answer = answer.model_copy(update={"timings": timings})
        own = answer.to_json()
        winner = await self._claim(answer.query_id, own)
        if winner != own:
            self._with.metrics.count("ragline_answer_repeats_total")
            answer = QueryAnswered.model_validate_json(winner)
        await self._publish(answer, delivery, value=winner)
        self._observe(answer, delivery)

    async def _publish(
        self, event: Event, delivery: Delivery, *, value: bytes | None = None
    ) -> None:
        topic = ANSWERS if isinstance(event, QueryAnswered) else topic_of(type(event))
        time = event.answered_at if isinstance(event, QueryAnswered) else None
        envelope = self._onward(delivery, event)
        await self._with.outbox.publish(topic, event, value=value, envelope=envelope, time=time)

    async def _claim(self, query_id: str, answer: bytes) -> bytes:
        if self._ledger is None:
            return answer
        try:
            return await self._ledger.claim(query_id, answer)
        except TransientError as error:
            self._without_ledger(error)
            return answer

    async def _claimed(self, query_id: str) -> bytes | None:
        if self._ledger is None:
            return None
        try:
            return await self._ledger.claimed(query_id)
        except TransientError as error:
            self._without_ledger(error)
            return None

    def _without_ledger(self, error: Exception) -> None:
        log.warning("answer ledger is down, going on without a claim: %s", error)
        self._with.metrics.count("ragline_ledger_unavailable_total")

    def _observe(self, answer: QueryAnswered, delivery: Delivery) -> None:
        metrics = self._with.metrics
        metrics.count("ragline_answers_total", status=answer.status)
        for kind in answer.degradations:
            metrics.count("ragline_degradations_total", kind=kind)
        timings = delivery.envelope.timings
        since = timings[0].queued if timings else delivery.record.timestamp
        elapsed = (epoch_ms(self._with.clock()) - since) / 1000
        metrics.observe("ragline_answer_seconds", max(0.0, elapsed))
