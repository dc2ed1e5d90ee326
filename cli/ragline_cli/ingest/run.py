"""Publishes document changes and waits until each has its terminal status."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from ragline.contracts.documents import DocumentChanged, DocumentStatus
from ragline.contracts.topics import DOCUMENT_STATUS
from ragline.messaging.kafka_clients import open_producer, open_tail
from ragline.settings import KafkaSettings
from ragline_cli.ingest.report import DocumentResult, IngestReport
from ragline_cli.kafka.client import COMMAND_LINE, kafka_settings, translated
from ragline_cli.kafka.events import enqueue, parse

OnProgress = Callable[[DocumentResult], None]

DEFAULT_TIMEOUT_S = 120.0
_NO_STATUS = (
    "no status within {:.0f} s; is the ingestor running? (`ragline status`) "
    "The change stays in the topic and is handled when the ingestor comes back"
)
_Change = tuple[str, str, int]  # tenant, document id, version


async def ingest_documents(
    bootstrap: KafkaSettings | str,
    events: Iterable[DocumentChanged],
    *,
    on_progress: OnProgress | None = None,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> IngestReport:
    """Publish `events` on `documents` and collect the ingestor's status of each.

    `on_progress` is called once per document, when its outcome is known. After `timeout` seconds
    without any new status, the remaining changes are reported as failed (`no_status`).

    Raises:
        Unavailable: no broker answers.
        Misconfigured: the topics do not exist, or the broker refuses.
    """
    kafka = kafka_settings(bootstrap)
    started = asyncio.get_running_loop().time()
    async with _connections(kafka) as (producer, statuses):
        ingestion = _Ingestion(on_progress or (lambda _: None))
        with translated(kafka):
            await ingestion.run(producer, statuses, events, timeout)
    elapsed = asyncio.get_running_loop().time() - started
    return IngestReport(results=tuple(ingestion.results), elapsed_s=elapsed)


@asynccontextmanager
async def _connections(
    kafka: KafkaSettings,
) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    # The status reader is at the end of its topic before the first change is published
    async with (
        open_tail(kafka, COMMAND_LINE, DOCUMENT_STATUS.name) as statuses,
        open_producer(kafka, COMMAND_LINE) as producer,
    ):
        yield producer, statuses


class _Ingestion:
    """The published changes and their outcomes."""

    def __init__(self, on_progress: OnProgress) -> None:
        self.results: list[DocumentResult] = []
        self._on_progress = on_progress
        self._open: dict[_Change, DocumentChanged] = {}
        self._news = asyncio.Event()

    async def run(
        self,
        producer: AIOKafkaProducer,
        statuses: AIOKafkaConsumer,
        events: Iterable[DocumentChanged],
        timeout: float,
    ) -> None:
        reader = asyncio.create_task(self._read(statuses))
        try:
            for event in events:
                self._open[_change(event)] = event
                stored = await enqueue(producer, event)
                stored.add_done_callback(partial(self._stored, event))
            await producer.flush()
            await self._finished(reader, timeout)
        finally:
            reader.cancel()
        for event in self._open.values():
            self._end(DocumentResult.failed(event, "no_status", _NO_STATUS.format(timeout)))

    def _stored(self, event: DocumentChanged, stored: asyncio.Future[Any]) -> None:
        if stored.cancelled() or (error := stored.exception()) is None:
            return
        if self._open.pop(_change(event), None):
            self._end(DocumentResult.failed(event, "not_published", f"Kafka refused it: {error}"))
            self._news.set()

    async def _read(self, statuses: AIOKafkaConsumer) -> None:
        async for record in statuses:
            status = parse(DocumentStatus, record.value)
            if status and status.change == "content" and self._open.pop(_change(status), None):
                self._end(DocumentResult.of(status))
                self._news.set()

    async def _finished(self, reader: asyncio.Task[None], timeout: float) -> None:
        while self._open:
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            done, _ = await asyncio.wait(
                {reader, news}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
            news.cancel()
            if reader in done:
                reader.result()
            if not done:
                return

    def _end(self, result: DocumentResult) -> None:
        self.results.append(result)
        self._on_progress(result)


def _change(event: DocumentChanged | DocumentStatus) -> _Change:
    return event.tenant, event.document_id, event.version
