"""Delivery of queries: deadline, admission, retry in place, exactly one distinct answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_exponential_jitter,
)

from ragline.clock import epoch_ms, later
from ragline.contracts.answers import QueryAnswered
from ragline.contracts.base import Event, QueryRef
from ragline.contracts.queries import QuerySubmitted
from ragline.contracts.question import question_digest
from ragline.contracts.topics import ANSWERS, QUERIES, topic_of
from ragline.errors import DeadlineExceeded, Overloaded, RaglineError, TransientError
from ragline.messaging.admission import Admission
from ragline.messaging.broker_time import on_brokers_clock, past_deadline
from ragline.messaging.claims import Claims
from ragline.messaging.failures import Failure, diagnose
from ragline.messaging.handler import Handler, HandlerContext
from ragline.messaging.record import CURRENT, Delivery, Record
from ragline.messaging.terminal_events import failed_answer, refused_duplicate, salvaged_digest
from ragline.ports.answers import Attempt, Progress
from ragline.retries import attempted, wait_as_asked

log = logging.getLogger(__name__)


class QueryHandler(Handler):
    """Runs a query stage within the query's deadline.

    Args:
        context: the stage, the publisher and the rest.
        claims: where answers are claimed.
        reserves: whether to reserve the work, so that a redelivery does not pay twice; for the
            stage whose output is always the answer.
        admission: admits queries in turn; set only in the first stage.
        progress: receives the start of each stage, for queries that want their answer streamed.
    """

    def __init__(
        self,
        context: HandlerContext,
        *,
        claims: Claims,
        reserves: bool = False,
        admission: Admission | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(context)
        self._claims = claims
        self._reserves = reserves
        self._admission = admission
        self._progress = progress

    async def handle(self, event: QuerySubmitted) -> None:
        """Answer or pass on one query."""
        CURRENT.get().ids.update(tenant=event.tenant, query_id=event.query_id)
        delivery = _asked(event, CURRENT.get())
        event, deadline = self._resolve(event, delivery)
        self._check(deadline)
        async with (
            self._turn(event, deadline),
            self._reserved(event, delivery, deadline) as earlier,
        ):
            if earlier is not None:
                await self._publish_earlier(earlier, event.ref, delivery)
                return
            self._check(deadline)  # check again: waiting may have used up the time
            self._tell(event, delivery)
            result = await self._attempt(event, deadline)
            if isinstance(result, QueryAnswered):
                await self._publish_answer(result, delivery)
            else:
                self._check(deadline)  # do not pass on what is already too late
                await self._publish(result, delivery)

    async def failed(self, record: Record, error: Exception) -> str:
        """Store the terminal answer, and a dead letter unless time or capacity ran out."""
        failure, outcome = await self._judged(record, error)
        answer = failed_answer(record, failure, self._context.clock())
        if answer is not None:
            await self._publish_answer(answer, _asked_in(CURRENT.get()))
        return outcome

    async def _judged(self, record: Record, error: Exception) -> tuple[Failure, str]:
        if isinstance(error, DeadlineExceeded):
            return diagnose(error), "expired"
        if isinstance(error, Overloaded):
            return diagnose(error), "shed"
        return await self._bury(record, error), "dead"

    def _resolve(
        self, event: QuerySubmitted, delivery: Delivery
    ) -> tuple[QuerySubmitted, datetime]:
        """Return the event with its submission time set, and the deadline of the answer."""
        if type(event) is QuerySubmitted:  # else the first stage did this
            told = past_deadline(event, appended_at=delivery.appended_at)
            if told and delivery.envelope.attempt == 1:
                raise DeadlineExceeded(told)
            event = on_brokers_clock(
                event, appended_at=delivery.appended_at, now=self._context.clock()
            )
        submitted = event.submitted_at or delivery.appended_at
        default = timedelta(seconds=self._context.settings.default_deadline_s)
        deadline = event.deadline or later(submitted, default)
        update: dict[str, datetime] = {"submitted_at": submitted}
        if delivery.envelope.attempt > 1:  # the event's own deadline is that of the first attempt
            deadline = delivery.deadline or delivery.appended_at + default
            update["deadline"] = deadline
        return event.model_copy(update=update), deadline

    def _check(self, deadline: datetime) -> None:
        if self._context.clock() >= deadline:
            raise DeadlineExceeded(f"the deadline {deadline} passed before {self._context.service}")

    @asynccontextmanager
    async def _turn(self, event: QuerySubmitted, deadline: datetime) -> AsyncIterator[None]:
        solitude = self._context.solitude
        if self._admission is None or solitude.here:  # all others wait for the one that is alone
            yield
            return
        seconds = self._left(deadline)
        async with self._admission.turn(event.tenant, seconds=seconds):
            with self._context.waiting.here():
                await solitude.over()
            yield

    @asynccontextmanager
    async def _reserved(
        self, event: QuerySubmitted, delivery: Delivery, deadline: datetime
    ) -> AsyncIterator[bytes | None]:
        if not self._reserves:
            yield None
            return
        attempt = Attempt(event.ref, delivery.envelope.attempt)
        async with self._claims.reserved(attempt, seconds=self._left(deadline)) as earlier:
            yield earlier

    def _tell(self, event: QuerySubmitted, delivery: Delivery) -> None:
        if self._progress is not None and event.options.stream:
            self._progress.begun(
                event.ref,
                self._context.service,
                queued=delivery.record.timestamp,
                started=delivery.started,
                timings=delivery.envelope.timings,
            )

    def _left(self, deadline: datetime) -> float:
        return (deadline - self._context.clock()).total_seconds()

    async def _attempt(self, event: QuerySubmitted, deadline: datetime) -> Event:
        """Call the stage; retry transient errors while another attempt fits into the deadline."""
        settings = self._context.settings
        remaining = self._left(deadline)
        last: list[BaseException] = []

        def note(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, RaglineError):
                last[:] = [error]
                topic = CURRENT.get().record.topic
                self._context.metrics.count("ragline_retries_total", topic=topic, code=error.code)

        def again() -> AsyncRetrying:
            return AsyncRetrying(
                retry=retry_if_exception_type(TransientError),
                wait=wait_as_asked(
                    wait_exponential_jitter(
                        multiplier=settings.retry_initial_s, max=settings.retry_max_s
                    )
                ),
                stop=stop_before_delay(self._left(deadline)),
                before_sleep=note,
                reraise=True,
            )

        async def attempt() -> Any:
            return await self._context.stage(event)

        try:
            async with asyncio.timeout(remaining):
                return cast("Event", await attempted(attempt, again))
        except TimeoutError as error:
            if last:
                raise last[0] from error
            raise DeadlineExceeded(f"no result within {remaining:.1f} s") from error

    async def _publish_answer(self, answer: QueryAnswered, delivery: Delivery) -> None:
        """Claim the answer and publish the winner's bytes."""
        answer = self._stamped(answer, delivery)
        own = answer.to_json()
        winner = await self._claims.claim(Attempt.of(answer), own)
        if winner != own:
            await self._publish_earlier(winner, answer.ref, delivery)
            return
        await self._publish(answer, delivery, value=own)
        self._observe(answer, delivery)

    async def _publish_earlier(self, value: bytes, query: QueryRef, delivery: Delivery) -> None:
        """Publish an earlier answer again: the same bytes, and so the same event id.

        If another question has taken the id, this one's own answer says so.
        """
        earlier = QueryAnswered.model_validate_json(value)
        asked = delivery.envelope.question
        if asked is None or earlier.question_digest in (None, asked):
            self._context.metrics.count("ragline_answer_repeats_total")
            await self._publish(earlier, delivery, value=value)
            return
        log.warning("another question of tenant %s has the query id %r", *query)
        refusal = refused_duplicate(query, self._context.clock())
        await self._publish_answer(refusal, delivery)

    def _stamped(self, answer: QueryAnswered, delivery: Delivery) -> QueryAnswered:
        envelope = delivery.envelope
        return answer.model_copy(
            update={
                "timings": (*envelope.timings, self._timing(delivery)),
                "attempt": envelope.attempt,
                "question_digest": envelope.question,
            }
        )

    async def _publish(
        self, event: Event, delivery: Delivery, *, value: bytes | None = None
    ) -> None:
        topic = ANSWERS if isinstance(event, QueryAnswered) else topic_of(type(event))
        time = event.answered_at if isinstance(event, QueryAnswered) else None
        envelope = self._onward(delivery, event)
        await self._context.publisher.publish(
            topic, event, value=value, envelope=envelope, time=time
        )

    def _observe(self, answer: QueryAnswered, delivery: Delivery) -> None:
        metrics = self._context.metrics
        metrics.count("ragline_answers_total", status=answer.status)
        for kind in answer.degradations:
            metrics.count("ragline_degradations_total", kind=kind)
        if answer.first_text_ms is not None:
            metrics.observe("ragline_first_text_seconds", answer.first_text_ms / 1000)
        timings = delivery.envelope.timings
        since = timings[0].queued if timings else delivery.record.timestamp
        elapsed = (epoch_ms(self._context.clock()) - since) / 1000
        metrics.observe("ragline_answer_seconds", max(0.0, elapsed))


def _asked(event: QuerySubmitted, delivery: Delivery) -> Delivery:
    """Return the delivery with the digest of its question, which the first stage states."""
    if delivery.record.topic != QUERIES.name:
        return delivery
    return _with_question(delivery, question_digest(event))


def _asked_in(delivery: Delivery) -> Delivery:
    """Return the same for a record that may not be a question."""
    if delivery.record.topic != QUERIES.name:
        return delivery
    return _with_question(delivery, salvaged_digest(delivery.record))


def _with_question(delivery: Delivery, digest: str) -> Delivery:
    return replace(delivery, envelope=replace(delivery.envelope, question=digest))
