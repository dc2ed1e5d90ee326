"""A document that takes long to embed holds nobody up, and is seen to come on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import pytest

from ragline.messaging.slots import DeliverySlot
from ragline_ingestor.embedding import CachedEmbedder, Embeddings
from ragline_ingestor.tenant_line import TenantLine


class SteppedEmbedder:
    """Embeds a batch when it is told to; `batches` are those begun."""

    fingerprint = "fake@1"
    dimensions = 2

    def __init__(self) -> None:
        self.batches: list[str] = []
        self._steps = asyncio.Semaphore(0)

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.batches.append(texts[0])
        await self._steps.acquire()
        return [[1.0, 2.0] for _ in texts]

    def similarity(self, cosine: float) -> float:
        return cosine

    async def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError

    async def step(self) -> None:
        """Let the batch at hand end, and the next begin."""
        self._steps.release()
        await settled()


class CountingSlot:
    """Counts the signs of life."""

    def __init__(self) -> None:
        self.signals = 0

    def parked(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def signal(self) -> Callable[[float], None]:
        def count(_quiet_s: float) -> None:
            self.signals += 1

        return count


async def settled() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def model() -> SteppedEmbedder:
    return SteppedEmbedder()


Embed = Callable[[str, str, int], asyncio.Task[Embeddings]]


@pytest.fixture
def embed(model: SteppedEmbedder, cache: Any) -> Embed:
    """A function that begins to embed a document of some batches of a tenant."""
    line = TenantLine(1, slot=DeliverySlot())
    cached = CachedEmbedder(embedder=model, cache=cache, batch_size=1, line=line)

    def begin(tenant: str, name: str, batches: int) -> asyncio.Task[Embeddings]:
        texts = [f"{tenant} {name} {n}" for n in range(batches)]
        return asyncio.create_task(cached.embed(texts, tenant=tenant))

    return begin


async def test_a_small_document_is_embedded_between_two_batches_of_a_long_one(
    model: SteppedEmbedder, embed: Embed
) -> None:
    long = embed("acme", "book", 50)
    await settled()
    small = embed("acme", "page", 1)
    await settled()
    await model.step()
    await model.step()
    assert small.done()
    assert model.batches == ["acme book 0", "acme page 0", "acme book 1"]
    long.cancel()


async def test_a_tenants_many_long_documents_do_not_hold_anothers_up(
    model: SteppedEmbedder, embed: Embed
) -> None:
    books = [embed("loud", f"book{n}", 50) for n in range(10)]
    await settled()
    small = embed("quiet", "page", 1)
    await settled()
    for _ in range(3):
        await model.step()
    assert model.batches[:3] == ["loud book0 0", "loud book1 0", "quiet page 0"]
    assert small.done()
    for book in books:
        book.cancel()


async def test_each_batch_is_a_sign_of_life_also_for_those_that_wait(
    model: SteppedEmbedder, cache: Any
) -> None:
    slots = [CountingSlot(), CountingSlot()]
    own, other = slots
    line = TenantLine(1, slot=own)
    cached = CachedEmbedder(embedder=model, cache=cache, batch_size=1, line=line)
    long = asyncio.create_task(cached.embed(["a", "b", "c", "d"], tenant="acme"))
    await settled()
    line._slot = other  # from now on another record asks
    waiting = asyncio.create_task(cached.embed(["z"], tenant="acme"))
    await settled()
    line._slot = own
    for _ in range(2):
        before = [slot.signals for slot in slots]
        await settled()
        assert [slot.signals for slot in slots] == before  # none without a step
        await model.step()
        assert own.signals > before[0]
    assert waiting.done()
    assert other.signals >= 2
    long.cancel()
