"""The ingestor's stage in a process of its own, with a model that takes its time for each text."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ragline.clock import utc_now
from ragline.contracts.topics import DOCUMENT_STATUS, DOCUMENTS, Service
from ragline.messaging.aside import Aside
from ragline.messaging.composition import Composition
from ragline.messaging.deliveries import DocumentDelivery
from ragline.messaging.serve import serve
from ragline.messaging.service import ServiceSpec
from ragline.messaging.slots import DeliverySlot
from ragline.observability.metrics import Metrics
from ragline.settings import ServiceSettings
from ragline.testing.store import MemoryStore
from ragline_ingestor.access_log import AccessLog
from ragline_ingestor.document import Content
from ragline_ingestor.embedding import CachedEmbedder
from ragline_ingestor.fetcher import Fetcher
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.preparer import Preparer
from ragline_ingestor.settings import IngestorSettings
from ragline_ingestor.stage import IngestorStage
from ragline_ingestor.tenant_line import TenantLine
from ragline_ingestor.uri_rules import UriRules

OWN = IngestorSettings()


class SlowEmbedder:
    """One batch at a time, as a model does."""

    fingerprint = "slow@1"
    dimensions = 2

    def __init__(self) -> None:
        self._model = asyncio.Lock()

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        async with self._model:
            await asyncio.sleep(float(os.environ["BATCH_S"]))
        return [[1.0, 0.0] for _ in texts]

    def similarity(self, cosine: float) -> float:
        return cosine

    async def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


class NoCache:
    """Nothing is remembered."""

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        return [None for _ in texts]

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        pass


async def prepare(content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
    """Prepare in this process."""
    return Preparer(limits=OWN.parse_limits(), sizes=OWN.chunk_sizes())(content, names=names)


@asynccontextmanager
async def compose(_settings: ServiceSettings, _metrics: Metrics) -> AsyncIterator[Composition]:
    """Compose the stage on a store in memory."""
    slot = DeliverySlot()
    store = MemoryStore(fingerprint="slow@1", dimensions=2)
    aside = Aside()
    yield Composition(
        stage=IngestorStage(
            store=store,
            access=AccessLog(store=store, record=aside),
            fetch=Fetcher(
                rules=UriRules(allowed=(), private_hosts=()),
                readers={},
                max_bytes=OWN.max_content_bytes,
                timeout_s=1,
            ),
            prepare=prepare,
            embedder=CachedEmbedder(
                embedder=SlowEmbedder(),
                cache=NoCache(),
                batch_size=1,
                line=TenantLine(1, slot=slot),
            ),
            writes=TenantLine(1, slot=slot),
            clock=utc_now,
        ),
        aside=aside,
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
    serve(SPEC)
