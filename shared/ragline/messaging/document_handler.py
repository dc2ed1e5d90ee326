"""Delivery of document changes: retry topics, then a dead letter and a `failed` status."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, ClassVar

from aiokafka import TopicPartition

from ragline.clock import epoch_ms
from ragline.contracts.base import Event
from ragline.contracts.bounds import clip
from ragline.contracts.cloudevents import INDEX, last_header
from ragline.contracts.dead_letters import Cause
from ragline.contracts.documents import (
    DocumentAccessChanged,
    DocumentStatus,
    DocumentTombstone,
    Outcome,
)
from ragline.contracts.indexes import BASE_INDEX
from ragline.contracts.topics import (
    DOCUMENT_ACCESS,
    DOCUMENT_STATUS,
    DOCUMENTS,
    DOCUMENTS_OCR,
    RETRIES,
    topic_of,
)
from ragline.errors import InvalidEvent, TransientError
from ragline.messaging.failures import Blame
from ragline.messaging.handler import Handler, HandlerContext
from ragline.messaging.record import CURRENT, Delivery, Process, Record
from ragline.messaging.retry_topics import first_appended_at, first_place, next_retry
from ragline.messaging.slots import DeliverySlot
from ragline.messaging.terminal_events import failed_status
from ragline.messaging.tombstones import RetriedVersions, is_tombstone, overtaken, tombstone_in

_MAX_KEY_CHARS = 600  # of a wrong key in a message
_PAUSE_S = 1.0
_OWN_TOPICS = frozenset({DOCUMENTS_OCR.name, *(topic.name for topic in RETRIES)})
# as long as the way through the retry topics takes
_IN_PLACE_S = float(sum(topic.delay_s or 0 for topic in RETRIES))


class DocumentHandler(Handler):
    """Runs the ingestor's stage; every change ends with exactly one kind of status.

    While the store is away a change is not retried: it waits for the end of the outage. A record
    without a value on `documents` deletes the document under its key; on `document-access` it takes
    the key out of that log and changes nothing.
    """

    stopped_by: ClassVar[frozenset[Blame]] = frozenset({Blame.US, Blame.DEPENDENCY})

    def __init__(self, context: HandlerContext) -> None:
        super().__init__(context)
        self._retried = RetriedVersions()

    async def deliver(self, record: Record, process: Process) -> None:
        """Apply the change in a record, or the deletion that one without a value is."""
        if _index_of(record) not in (None, self._context.index):
            self._context.metrics.count(
                "ragline_records_total", topic=record.topic, outcome="other_index"
            )
            return
        if is_tombstone(record):
            process = self._erase
        elif record.value is None and record.topic == DOCUMENT_ACCESS.name:
            process = _nothing
        await super().deliver(record, process)

    async def _erase(self, record: Record) -> None:
        """Bypass FastStream, which knows no null; see `LogAhead` for what is deleted."""
        tombstone = tombstone_in(record, published=self._retried.highest(record.key))
        if tombstone.version is None and await self._is_overtaken(record):
            await self._publish(overtaken(tombstone, self._context.clock()), CURRENT.get())
        else:
            await self.handle(tombstone)

    async def _is_overtaken(self, record: Record) -> bool:
        """Tell whether a later record says what the document is."""
        if self._context.log_ahead is None:
            raise RuntimeError("a tombstone needs a look at the log behind it")
        partition, offset = first_place(record)
        async with DeliverySlot().parked():
            return await self._context.log_ahead.continues(
                TopicPartition(DOCUMENTS.name, partition), offset, record.key or b""
            )

    async def handle(self, event: Any) -> None:
        """Apply one change and publish its status."""
        CURRENT.get().ids.update(tenant=event.tenant, document_id=event.document_id)
        _check_key(event, CURRENT.get().record)
        status = await self._context.stage(event)
        if not isinstance(status, DocumentStatus):
            raise TypeError(f"a document stage returned {type(status).__name__}")
        if not getattr(event, "recorded", False):  # that one is ours: nobody waits for its end
            await self._publish(status, CURRENT.get())

    async def publish_aside(self, event: Event) -> None:
        """Store what the stage publishes besides its status."""
        envelope = self._onward(CURRENT.get(), event)
        topic = topic_of(type(event))
        await self._context.publisher.publish(topic, event, envelope=envelope)
        if isinstance(event, DocumentAccessChanged):
            self._context.metrics.count("ragline_access_recorded_total")

    async def failed(self, record: Record, error: Exception) -> str:
        """Move the record to the next retry topic, else to the dead letters with a status."""
        retry = next_retry(record, error, now=self._context.clock())
        if retry is not None:
            topic, headers = retry
            self._retried.note(record)
            await self._context.publisher.forward(
                topic, record, [*headers, *self._context.index_header(record)]
            )
            code = error.code if isinstance(error, TransientError) else "internal"
            self._context.metrics.count("ragline_retries_total", topic=record.topic, code=code)
            return "retried"
        failure = await self._bury(record, error)
        status = failed_status(record, failure, self._context.clock())
        if status is not None:
            await self._publish(status, CURRENT.get())
        return "dead"

    async def _work(self, record: Record, process: Process) -> None:
        """Run a record's work; while others wait for its topic to be read, try again in place.

        On a retry topic the change would count as read, and those who wait would overtake it.
        """
        clock = asyncio.get_running_loop().time
        until = clock() + _IN_PLACE_S
        while True:
            try:
                await self._through_outages(partial(super()._work, record, process))
            except TransientError as error:
                if not self._context.head_start.concerns(record.topic) or clock() > until:
                    raise
                metrics = self._context.metrics
                metrics.count("ragline_retries_total", topic=record.topic, code=error.code)
                pause_s = min(error.retry_after or _PAUSE_S, _IN_PLACE_S)
            else:
                return
            with self._context.waiting.here():
                await asyncio.sleep(pause_s)

    async def _through_outages(self, work: Callable[[], Awaitable[None]]) -> None:
        if self._context.outage is None:
            await work()
        else:
            await self._context.outage.through(work)

    async def _publish(self, status: DocumentStatus, delivery: Delivery) -> None:
        metrics = self._context.metrics
        if status.status in (Outcome.INDEXED, Outcome.DELETED):
            waited_ms = epoch_ms(self._context.clock()) - first_appended_at(delivery.record)
            status = status.model_copy(update={"freshness_ms": max(0.0, waited_ms)})
            metrics.observe("ragline_document_freshness_seconds", max(0.0, waited_ms) / 1000)
        if self._context.tells(first_appended_at(delivery.record)):
            await self._context.publisher.publish(
                DOCUMENT_STATUS,
                status,
                envelope=self._onward(delivery, status),
                time=status.finished_at,
            )
        metrics.count("ragline_documents_total", status=status.status)
        metrics.count("ragline_embeddings_total", status.embeddings.computed, origin="computed")
        metrics.count("ragline_embeddings_total", status.embeddings.cached, origin="cached")


async def _nothing(_record: Record) -> None:
    """Do nothing: who may read a document stays as the store has it."""


def _index_of(record: Record) -> str | None:
    """Return whose record it is on a topic that ingestors publish to themselves, else None.

    Each index has ingestors of its own, and all of them read these topics.
    """
    if record.topic not in _OWN_TOPICS:
        return None
    return last_header(record.headers, INDEX) or BASE_INDEX


def _check_key(event: Event | DocumentTombstone, record: Record) -> None:
    """Refuse a record under the key of another document: compaction would remove that one's."""
    if record.key == event.key.encode():
        return
    found = "none" if record.key is None else record.key.decode("utf-8", "backslashreplace")
    raise InvalidEvent(
        f"the record's key must be {event.key!r} as its value says, not "
        f"{clip(found, _MAX_KEY_CHARS)!r}: publish it under that key, and the last change of the "
        "document to which the wrong key belongs once more, because compaction removes that one",
        cause=Cause.INVALID_KEY,
    )
