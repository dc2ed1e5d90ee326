"""Only new text is embedded, in bounded batches."""

from __future__ import annotations

from typing import Any

import pytest

from ragline.messaging.slots import DeliverySlot
from ragline_ingestor.embedding import CachedEmbedder
from ragline_ingestor.tenant_line import TenantLine


@pytest.fixture
def cached(embedder: Any, cache: Any) -> CachedEmbedder:
    line = TenantLine(1, slot=DeliverySlot())
    return CachedEmbedder(embedder=embedder, cache=cache, batch_size=4, line=line)


async def test_texts_are_embedded_in_batches_and_remembered(
    cached: CachedEmbedder, embedder: Any
) -> None:
    texts = [f"text {n}" for n in range(10)]
    first = await cached.embed(texts, tenant="acme")
    assert [len(batch) for batch in embedder.batches] == [4, 4, 2]
    assert (first.computed, first.cached) == (10, 0)
    second = await cached.embed([*texts, "new"], tenant="acme")
    assert embedder.batches[3:] == [["new"]]
    assert (second.computed, second.cached) == (1, 10)
    assert list(second.vectors["text 9"]) == [1.0, 6.0]


async def test_a_repeated_text_is_embedded_once(cached: CachedEmbedder, embedder: Any) -> None:
    result = await cached.embed(["same", "same"], tenant="acme")
    assert embedder.batches == [["same"]]
    assert (result.computed, result.cached) == (1, 0)


async def test_a_cached_vector_of_another_length_is_a_miss(
    cached: CachedEmbedder, cache: Any
) -> None:
    cache.vectors["fake@1", "text"] = [1.0]
    assert (await cached.embed(["text"], tenant="acme")).computed == 1
    assert cache.vectors["fake@1", "text"] == [1.0, 4.0]
