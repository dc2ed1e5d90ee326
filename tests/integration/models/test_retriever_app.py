"""The retriever as its process composes it: the real model over a real store."""

from __future__ import annotations

import uuid
from datetime import timedelta

from pydantic import SecretStr

from ragline.adapters.models import open_embedder
from ragline.adapters.stores.opening import open_store
from ragline.clock import utc_now
from ragline.contracts.plan import Entities, Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRetrieved, QueryClassified
from ragline.observability.metrics import Metrics
from ragline.ports.store import DocumentRef, EmbeddedChunk, IndexedDocument
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_retriever.app import compose
from ragline_retriever.settings import Settings

PAGES = {
    "ttl": "A queue that is not used is deleted after the time in x-expires.",
    "generators": "A generator expression yields its values lazily, one by one.",
    "errors": "PRECONDITION_FAILED means that a queue exists with other arguments.",
}


async def index(settings: Settings) -> None:
    async with (
        open_embedder(settings.embedding) as embedder,
        open_store(
            settings.vector_store,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
        ) as store,
    ):
        vectors = await embedder.embed_documents(list(PAGES.values()))
        for (name, text), vector in zip(PAGES.items(), vectors, strict=True):
            chunk = EmbeddedChunk(
                ordinal=0,
                text=text,
                start=0,
                end=len(text),
                heading_path=(),
                content_hash=name,
                embedding=vector,
            )
            await store.upsert(
                IndexedDocument(
                    ref=DocumentRef(tenant="default", document_id=name),
                    version=1,
                    chunks=[chunk],
                    content_hash=name,
                    title=name,
                )
            )


def make_event(text: str, *codes: str) -> QueryClassified:
    weights = {SearchKind.VECTOR: 0.6, SearchKind.KEYWORD: 0.3, SearchKind.METADATA: 0.1}
    return QueryClassified(
        query_id="q1",
        text=text,
        standalone_text=text,
        intent=Intent.FACTUAL,
        confidence=0.9,
        entities=Entities(codes=codes),
        plan=Plan(name="test", weights=weights),
        deadline=utc_now() + timedelta(seconds=60),
    )


async def test_the_passage_that_answers_comes_first_from_all_searches(postgres_url: str) -> None:
    store = VectorStoreSettings(
        kind=StoreKind.PGVECTOR, url=SecretStr(postgres_url), collection=f"T{uuid.uuid4().hex}"
    )
    settings = Settings(vector_store=store)
    await index(settings)
    async with compose(settings, Metrics()) as composition:
        await composition.checks["vector_store"]()
        unused = await composition.stage(make_event("How do I remove an unused queue?"))
        error = await composition.stage(make_event("PRECONDITION_FAILED", "PRECONDITION_FAILED"))
    assert isinstance(unused, CandidatesRetrieved)
    assert isinstance(error, CandidatesRetrieved)
    assert unused.candidates[0].document_id == "ttl"
    assert error.candidates[0].document_id == "errors"
    assert set(unused.candidates[0].scores) >= {SearchKind.VECTOR, SearchKind.KEYWORD}
    assert unused.degradations == error.degradations == ()
