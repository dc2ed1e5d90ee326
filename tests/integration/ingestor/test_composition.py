"""The composed ingestor: real model, real PostgreSQL, real Redis."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from ragline.adapters.models import open_embedder
from ragline.adapters.stores.opening import open_store
from ragline.contracts.documents import DocumentChanged, DocumentStatus, Operation, Outcome
from ragline.contracts.queries import Filters
from ragline.messaging.composition import Composition
from ragline.observability.metrics import Metrics
from ragline.ports.store import Scope
from ragline_ingestor.app import compose
from ragline_ingestor.settings import Settings

PAGE = (
    "# Queues\n\nA queue holds messages until a consumer takes them.\n\n"
    "## Dead lettering\n\nMessages that are rejected go to the dead letter exchange.\n"
)


@pytest.fixture
def settings(postgres_url: str, redis_url: str) -> Settings:
    store = {"kind": "pgvector", "url": postgres_url, "collection": f"T{uuid.uuid4().hex}"}
    return Settings.model_validate(
        {
            "vector_store": store,
            "redis": {"url": redis_url},
            "ingestor": {"chunk_target": 120, "chunk_minimum": 20, "chunk_overlap": 0},
        }
    )


@pytest.fixture
async def composition(settings: Settings) -> AsyncIterator[Composition]:
    async with compose(settings, Metrics()) as composition:
        yield composition


def _upsert(version: int) -> DocumentChanged:
    return DocumentChanged(document_id="queues.md", version=version, content=PAGE)


async def test_a_change_is_searchable_then_unchanged_then_deleted(
    composition: Composition, settings: Settings
) -> None:
    first = await _apply(composition, _upsert(1))
    assert (first.status, first.chunks.added) == (Outcome.INDEXED, 2)
    again = await _apply(composition, _upsert(1))
    assert again.status is Outcome.UNCHANGED
    newer = await _apply(composition, _upsert(2))
    assert (newer.status, newer.chunks.kept) == (Outcome.INDEXED, 2)
    assert (newer.embeddings.computed, newer.embeddings.cached) == (0, 2)
    assert await _best(settings, "what happens to rejected messages?") == (
        "Messages that are rejected go to the dead letter exchange."
    )
    gone = DocumentChanged(document_id="queues.md", version=3, operation=Operation.DELETE)
    assert (await _apply(composition, gone)).chunks.removed == 2
    assert await _best(settings, "what happens to rejected messages?") is None


async def test_one_changed_paragraph_embeds_its_chunk_alone(composition: Composition) -> None:
    sections = [
        f"## Section {n}\n\nSection {n} says what is to be known about matter {n}, and no more."
        for n in range(10)
    ]
    page = DocumentChanged(document_id="long.md", version=1, content="\n\n".join(sections))
    first = await _apply(composition, page)
    assert first.chunks.added == 10
    sections[4] = sections[4].replace("and no more", "and a little more")
    edited = page.model_copy(update={"version": 2, "content": "\n\n".join(sections)})
    second = await _apply(composition, edited)
    assert (second.chunks.added, second.chunks.kept, second.chunks.removed) == (1, 9, 1)
    assert (second.embeddings.computed, second.embeddings.cached) == (1, 9)


async def test_documents_are_found_by_language_stated_with_region_or_not_at_all(
    composition: Composition, settings: Settings
) -> None:
    german = "Der Broker löscht eine Warteschlange, die niemand benutzt, nach der genannten Zeit."
    for name, text, stated in (
        ("stated.md", PAGE, "en-US"),
        ("detected.md", PAGE.replace("Queues", "All queues"), None),
        ("german.md", german, None),
    ):
        event = DocumentChanged(document_id=name, version=1, content=text, language=stated)
        await _apply(composition, event)
    assert await _in_language(settings, "EN") == {"stated.md", "detected.md"}
    assert await _in_language(settings, "de-AT") == {"german.md"}


async def test_readiness_checks_the_store(composition: Composition) -> None:
    await composition.checks["vector_store"]()


async def _apply(composition: Composition, event: DocumentChanged) -> DocumentStatus:
    status = await composition.stage(event)
    assert isinstance(status, DocumentStatus)
    return status


async def _in_language(settings: Settings, language: str) -> set[str]:
    within = Scope(tenant="default", filters=Filters(languages=(language,)))
    async with (
        open_embedder(settings.embedding) as embedder,
        open_store(
            settings.vector_store, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions
        ) as store,
    ):
        vector = await embedder.embed_query("queues")
        return {hit.document_id for hit in await store.vector(vector, scope=within, limit=50)}


async def _best(settings: Settings, question: str) -> str | None:
    async with (
        open_embedder(settings.embedding) as embedder,
        open_store(
            settings.vector_store, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions
        ) as store,
    ):
        vector = await embedder.embed_query(question)
        hits = await store.vector(vector, scope=Scope(tenant="default"), limit=1)
        return hits[0].text if hits else None
