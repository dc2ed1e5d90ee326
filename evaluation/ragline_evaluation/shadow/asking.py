"""Runs a live question through the stages of a second configuration, invisible to users."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from ragline.clock import Clock, epoch_ms
from ragline.contracts.answers import AnswerError, AnswerStatus, QueryAnswered, StageTiming
from ragline.contracts.base import Event
from ragline.contracts.queries import QueryClassified, QuerySubmitted
from ragline.contracts.topics import Service
from ragline.errors import DeadlineExceeded
from ragline.messaging.composition import Stage
from ragline.messaging.failures import diagnose
from ragline_evaluation.stages import QueryStages

_FAR = datetime(9000, 1, 1, tzinfo=UTC)


def asked_now(
    query: QuerySubmitted, *, appended_at: datetime, deadline: datetime | None, now: datetime
) -> QuerySubmitted:
    """Return a question as if it had just been submitted, without streaming.

    The second configuration must not suffer from the shadow's own lag: the question keeps the time
    span between its append to the topic and its `deadline`. It gets a new id, so that a reader who
    cancels the live answer does not cancel this one.
    """
    late = max(now - appended_at, timedelta())
    digest = blake2b(query.query_id.encode(), digest_size=16).hexdigest()
    return query.model_copy(
        update={
            "query_id": f"shadow-{digest}",
            "submitted_at": _later(query.submitted_at or appended_at, late),
            "deadline": _later(deadline, late) if deadline else None,
            "options": query.options.model_copy(update={"stream": False}),
        }
    )


def _later(instant: datetime, late: timedelta) -> datetime:
    return instant + late if instant < _FAR else instant  # "never" may be year 9999


async def ask(stages: QueryStages, query: QuerySubmitted, *, clock: Clock) -> QueryAnswered:
    """Return the answer of `stages`, with the work of each in its timings.

    A failure becomes the answer's error, as in the pipeline; there are no retries.
    """
    timings: list[StageTiming] = []
    try:
        answer = await _in_time(stages, query, timings, clock)
    except Exception as error:
        answer = failed(query, error, at=clock())
    return answer.model_copy(update={"timings": tuple(timings)})


def failed(query: QuerySubmitted, error: Exception, *, at: datetime) -> QueryAnswered:
    """Return the failed answer for `error`."""
    found = diagnose(error)
    expired = isinstance(error, DeadlineExceeded)
    return QueryAnswered(
        query_id=query.query_id,
        tenant=query.tenant,
        status=AnswerStatus.EXPIRED if expired else AnswerStatus.FAILED,
        error=AnswerError(code=found.code, message=found.message, retry_after=found.retry_after),
        answered_at=at,
    )


async def _in_time(
    stages: QueryStages, query: QuerySubmitted, timings: list[StageTiming], clock: Clock
) -> QueryAnswered:
    event: Event = query
    try:
        async with asyncio.timeout_at(_until(event, clock)) as limit:
            order, place = _in_order(stages), 0
            while not isinstance(event, QueryAnswered):
                service, stage = order[place]
                started = epoch_ms(clock())
                event = await stage(event)
                timings.append(_timing(service, started, clock))
                limit.reschedule(_until(event, clock))
                place += -1 if _is_sent_back(service, event) else 1
            return event
    except TimeoutError as error:
        raise DeadlineExceeded("no answer before the question's deadline") from error


def _until(event: Event, clock: Clock) -> float | None:
    """Return the event's deadline on the loop's clock; the classifier sets one on every event."""
    deadline: datetime | None = getattr(event, "deadline", None)
    if deadline is None:
        return None
    return asyncio.get_running_loop().time() + (deadline - clock()).total_seconds()


def _timing(service: Service, started: float, clock: Clock) -> StageTiming:
    return StageTiming(stage=service, queued=started, started=started, finished=epoch_ms(clock()))


def _in_order(stages: QueryStages) -> tuple[tuple[Service, Stage], ...]:
    return (
        (Service.CLASSIFIER, stages.classify),
        (Service.RETRIEVER, stages.retrieve),
        (Service.RERANKER, stages.rerank),
        (Service.GENERATOR, stages.answer),
    )


def _is_sent_back(service: Service, event: Event) -> bool:
    """Tell whether the question goes back to the retriever for a further look."""
    return service is Service.RERANKER and type(event) is QueryClassified
