"""An ingestor's delivery in a process of its own; its stage does what a document's content says.

`WORKER_FLAGS` is a folder. While it holds the file `away`, the store behind the circuit breaker
does not answer; while it holds `bug`, every document whose content is `bug` meets one. The retry
topics' delays add up to one second.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ragline.adapters.circuit.breaker import Breaker
from ragline.clock import utc_now
from ragline.contracts.documents import DocumentChanged, DocumentStatus, DocumentTombstone, Outcome
from ragline.contracts.topics import DOCUMENT_STATUS, DOCUMENTS, RETRIES, Service
from ragline.errors import InvalidDocument, Unavailable
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
from ragline.messaging.serve import serve
from ragline.messaging.service import ServiceSpec
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings

FLAGS = Path(os.environ["WORKER_FLAGS"])
WORK_S = 0.01


class FlaggedStore:
    """A store that is away while a file exists."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def problem(self) -> str | None:
        """Return why it is not called."""
        return self._breaker.problem()

    async def ping(self) -> None:
        """Answer, or not."""
        with self._breaker.call():
            await asyncio.sleep(WORK_S)
            if (FLAGS / "away").exists():
                raise Unavailable("the store is away")

    async def index(self, event: DocumentChanged | DocumentTombstone) -> DocumentStatus:
        """Store a document, unless its content says otherwise, or delete it."""
        await asyncio.sleep(WORK_S)
        if isinstance(event, DocumentTombstone):
            return DocumentStatus(
                tenant=event.tenant,
                document_id=event.document_id,
                version=event.version or event.published,
                status=Outcome.DELETED,
                finished_at=utc_now(),
            )
        if event.content == "unusable":
            raise InvalidDocument("a scan without text")
        if event.content == "bug" and (FLAGS / "bug").exists():
            raise KeyError("a bug")
        await self.ping()
        return DocumentStatus(
            tenant=event.tenant,
            document_id=event.document_id,
            version=event.version,
            status=Outcome.INDEXED,
            finished_at=utc_now(),
        )


@asynccontextmanager
async def compose(settings: ServiceSettings, metrics: Metrics) -> AsyncIterator[Composition]:
    """Compose the stage with its store."""
    store = FlaggedStore(Breaker("vector_store", settings=settings.circuit, metrics=metrics))
    yield Composition(
        stage=store.index, checks={"vector_store": store.ping}, vital={"vector_store": store}
    )


SPEC = ServiceSpec(
    service=Service.INGESTOR,
    inbound=(DOCUMENTS,),
    outbound=(DOCUMENT_STATUS,),
    delivery=DocumentDelivery(),
    settings=ServiceSettings,
    compose=compose,
)

if __name__ == "__main__":
    for number, topic in enumerate(RETRIES, start=1):
        object.__setattr__(topic, "delay_s", number / 6)
    serve(SPEC)
