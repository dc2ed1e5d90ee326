"""Delivery policy for all stages: the steps around a stage's call, and the handling of failures."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ragline.clock import Clock, epoch_ms
from ragline.contracts.answers import StageTiming
from ragline.contracts.base import Event
from ragline.contracts.cloudevents import INDEX, Envelope, Headers, decode_headers
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import DEAD_LETTERS
from ragline.messaging.composition import Observer, Stage
from ragline.messaging.failures import Blame, Failure, blame, diagnose, publisher_of
from ragline.messaging.flood import Floods
from ragline.messaging.head_start import HeadStart
from ragline.messaging.log_ahead import LogAhead
from ragline.messaging.outage import Outage
from ragline.messaging.publisher import RecordPublisher
from ragline.messaging.record import CURRENT, Delivery, Process, Record
from ragline.messaging.record_spans import ended_attributes, process_span
from ragline.messaging.retry_topics import wait_s
from ragline.messaging.solitude import Solitude
from ragline.messaging.terminal_events import dead_letter_headers
from ragline.messaging.waiting_tasks import WaitingTasks
from ragline.observability.logs import trace_fields
from ragline.observability.metrics import Metrics
from ragline.observability.tracer import NoTracer, Tracer, active
from ragline.settings import DeliverySettings

log = logging.getLogger(__name__)

# the fields of a record's line, in the order of its text
_SHOWN = ("topic", "partition", "offset", "key", "tenant", "outcome", "ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerContext:
    """What delivery needs besides the stage."""

    service: str
    stage: Stage | Observer
    publisher: RecordPublisher
    metrics: Metrics
    floods: Floods
    clock: Clock
    settings: DeliverySettings
    waiting: WaitingTasks
    solitude: Solitude
    outage: Outage | None = None
    log_ahead: LogAhead | None = None
    head_start: HeadStart = field(default_factory=HeadStart)
    index: str = BASE_INDEX
    tells: Callable[[float], bool] = lambda _appended_ms: True
    tracer: Tracer = field(default_factory=NoTracer)

    def index_header(self, record: Record) -> Headers:
        """Name the index on a record that goes on; the base only where the record names another."""
        named = any(name == INDEX for name, _ in record.headers)
        return [(INDEX, self.index.encode())] if named or self.index != BASE_INDEX else []


class Handler(ABC):
    """Runs a stage on records. `deliver` returns when the record's outcome is stored.

    `succeeded` is the outcome label of successful records in the metrics. `stopped_by` says whose
    failures stop a topic when they come in a flood. `told_at` is the level of a record's log line.
    """

    succeeded: ClassVar[str] = "published"
    stopped_by: ClassVar[frozenset[Blame]] = frozenset({Blame.US})
    told_at: ClassVar[int] = logging.INFO

    def __init__(self, context: HandlerContext) -> None:
        self._context = context

    async def deliver(self, record: Record, process: Process) -> None:
        """Run FastStream's pipeline on a record and store its output or its failure."""
        await self._until_due(record)
        started = epoch_ms(self._context.clock())
        envelope = decode_headers(record.headers)
        delivery = Delivery(record=record, envelope=envelope, started=started)
        CURRENT.set(delivery)
        with active(process_span(self._context.tracer, record, envelope, started)) as span:
            failure: Exception | None = None
            try:
                await self._work(record, process)
            except Exception as error:
                failure = error
                span.failed(error)
                outcome = await self.failed(record, error)
                if outcome == "dead":
                    self._judge(record, blame(error))
            else:
                outcome = self.succeeded
                self._judge(record, None)
            span.note(ended_attributes(outcome, delivery.ids))
            self._count(record, outcome, started)
            self._log_outcome(delivery, outcome, failure)

    @abstractmethod
    async def handle(self, event: Any) -> None:
        """Call the stage and store what it returns; FastStream calls this with the event."""

    @abstractmethod
    async def failed(self, record: Record, error: Exception) -> str:
        """Store a failed record's retry, dead letter or event; return the outcome for metrics."""

    async def _work(self, record: Record, process: Process) -> None:
        await process(record)

    def _judge(self, record: Record, fault: Blame | None) -> None:
        """Tell the flood guard what became of a record; whatever proves nothing is left out."""
        floods = self._context.floods
        publisher = publisher_of(record, CURRENT.get().envelope.tenant)
        guard = floods.guard(record.topic)
        if fault is None:
            guard.succeeded(publisher)
            floods.lanes.note(publisher, bad=False)
        elif fault is Blame.PUBLISHER:
            floods.lanes.note(publisher, bad=True)
        elif fault in self.stopped_by:
            guard.failed(publisher)

    async def _until_due(self, record: Record) -> None:
        if seconds := wait_s(record, self._context.clock()):
            with self._context.waiting.here():
                await asyncio.sleep(seconds)
                await self._context.solitude.over()

    def _count(self, record: Record, outcome: str, started: float) -> None:
        metrics, topic = self._context.metrics, record.topic
        finished = epoch_ms(self._context.clock())
        metrics.count("ragline_records_total", topic=topic, outcome=outcome)
        waited = max(0.0, started - record.timestamp) / 1000
        metrics.observe("ragline_record_wait_seconds", waited, topic=topic)
        metrics.observe("ragline_record_work_seconds", (finished - started) / 1000, topic=topic)

    def _log_outcome(self, delivery: Delivery, outcome: str, failure: Exception | None) -> None:
        """Write the line of a record: which one, whose, what became of it, and how long it took."""
        if not log.isEnabledFor(self.told_at):
            return
        record = delivery.record
        fields = {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": (record.key or b"").decode("utf-8", "replace"),
            "tenant": delivery.envelope.tenant or "-",
            "outcome": outcome,
            "ms": round(epoch_ms(self._context.clock()) - delivery.started, 1),
            **delivery.ids,
            **trace_fields(),
        }
        reason = "" if failure is None else f": {failure!r}"
        log.log(
            self.told_at,
            "%s[%d]@%d %s of %s: %s in %.1f ms%s",
            *[fields[name] for name in _SHOWN],
            reason,
            extra=fields,
        )

    async def _bury(self, record: Record, error: Exception) -> Failure:
        failure = diagnose(error)
        headers = dead_letter_headers(
            record, failure, service=self._context.service, now=self._context.clock()
        )
        await self._context.publisher.forward(
            DEAD_LETTERS.name, record, [*headers, *self._context.index_header(record)]
        )
        self._context.metrics.count(
            "ragline_dead_letters_total", topic=record.topic, cause=failure.cause
        )
        log.warning(
            "dead letter %s[%d]@%d: %s: %s",
            record.topic,
            record.partition,
            record.offset,
            failure.cause,
            failure.message,
        )
        return failure

    def _timing(self, delivery: Delivery) -> StageTiming:
        return StageTiming(
            stage=self._context.service,
            queued=delivery.record.timestamp,
            started=delivery.started,
            finished=epoch_ms(self._context.clock()),
        )

    def _onward(self, delivery: Delivery, event: Event) -> Envelope:
        deadline = getattr(event, "deadline", None)
        return Envelope(
            deadline=int(epoch_ms(deadline)) if deadline else delivery.envelope.deadline,
            tenant=getattr(event, "tenant", None),
            timings=(*delivery.envelope.timings, self._timing(delivery)),
            trace=delivery.envelope.trace,
            attempt=delivery.envelope.attempt,
            question=delivery.envelope.question,
            index=None if self._context.index == BASE_INDEX else self._context.index,
        )
