"""An ingestor over fakes: an in-memory store, a counting embedder, a dictionary for a cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import count

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ragline.contracts.documents import DocumentAccessChanged
from ragline.messaging.slots import DeliverySlot
from ragline.ports.store import FencedStore
from ragline.testing.store import MemoryStore
from ragline_ingestor.access_log import AccessLog
from ragline_ingestor.document import Content
from ragline_ingestor.embedding import CachedEmbedder
from ragline_ingestor.fetcher import Fetcher
from ragline_ingestor.ocr_lane import OcrLane
from ragline_ingestor.preparation import Prepare
from ragline_ingestor.prepared import Prepared
from ragline_ingestor.preparer import Preparer
from ragline_ingestor.settings import IngestorSettings
from ragline_ingestor.stage import IngestorStage
from ragline_ingestor.tenant_line import TenantLine
from ragline_ingestor.uri_rules import UriRules

NOW = datetime(2030, 1, 2, tzinfo=UTC)
MAX_BYTES = 100_000
LIMITS = IngestorSettings().parse_limits()
SIZES = IngestorSettings().chunk_sizes()
NO_URIS = UriRules(allowed=(), private_hosts=())


@dataclass
class CountingEmbedder:
    """Returns vectors that depend on the text's length; records every batch."""

    fingerprint: str = "fake@1"
    dimensions: int = 2
    batches: list[list[str]] = field(default_factory=list)

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.batches.append(list(texts))
        return [[1.0, float(len(text))] for text in texts]

    def similarity(self, cosine: float) -> float:
        return cosine

    async def embed_query(self, text: str) -> list[float]:
        return [1.0, float(len(text))]


@dataclass
class DictCache:
    """A cache that never fails; tests may access `vectors`."""

    vectors: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    async def get_many(self, fingerprint: str, texts: Sequence[str]) -> list[list[float] | None]:
        return [self.vectors.get((fingerprint, text)) for text in texts]

    async def put_many(
        self, fingerprint: str, texts: Sequence[str], vectors: Sequence[Sequence[float]]
    ) -> None:
        for text, vector in zip(texts, vectors, strict=True):
            self.vectors[fingerprint, text] = list(vector)


async def prepare(content: Content, *, names: tuple[str, ...], tenant: str) -> Prepared:
    """Prepare in this process, at once; it is nobody's turn."""
    return Preparer(limits=LIMITS, sizes=SIZES)(content, names=names)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def cache() -> DictCache:
    return DictCache()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(fingerprint="fake@1", dimensions=2)


@pytest.fixture
def recorded() -> list[DocumentAccessChanged]:
    """What the stage put on `document-access`."""
    return []


@pytest.fixture
def make_stage(
    embedder: CountingEmbedder, cache: DictCache, recorded: list[DocumentAccessChanged]
) -> Callable[..., IngestorStage]:
    """A function from a store to a stage; its timer advances by a second per reading."""

    def make(
        store: FencedStore, *, prepare: Prepare = prepare, ocr: OcrLane | None = None
    ) -> IngestorStage:
        ticks = count()

        async def record(event: DocumentAccessChanged) -> None:
            recorded.append(event)

        return IngestorStage(
            store=store,
            access=AccessLog(store=store, record=record),
            fetch=Fetcher(rules=NO_URIS, readers={}, max_bytes=MAX_BYTES, timeout_s=1),
            prepare=prepare,
            embedder=CachedEmbedder(
                embedder=embedder,
                cache=cache,
                batch_size=4,
                line=TenantLine(1, slot=DeliverySlot()),
            ),
            writes=TenantLine(1, slot=DeliverySlot()),
            clock=lambda: NOW,
            timer=lambda: float(next(ticks)),
            ocr=ocr,
        )

    return make


@pytest.fixture
def stage(make_stage: Callable[[FencedStore], IngestorStage], store: MemoryStore) -> IngestorStage:
    return make_stage(store)


MakePdf = Callable[[list[list[tuple[str, int]]]], bytes]


@pytest.fixture
def make_pdf() -> MakePdf:
    """A function from pages of (line, font size) to a PDF's bytes."""

    def make(pages: list[list[tuple[str, int]]]) -> bytes:
        out = BytesIO()
        _writer(pages).write(out)
        return out.getvalue()

    return make


def _writer(pages: list[list[tuple[str, int]]]) -> PdfWriter:
    writer = PdfWriter()
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in names.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    for lines in pages:
        page = writer.add_blank_page(width=612, height=792)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        shown = (f"/F1 {size} Tf ({line}) Tj 0 -30 Td" for line, size in lines)
        stream.set_data(f"BT 72 720 Td {' '.join(shown)} ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    return writer
