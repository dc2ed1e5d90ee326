"""The embedding model: questions in micro-batches, documents in batches of similar length."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ragline.adapters.models.batching import MicroBatcher
from ragline.adapters.models.files import ModelFiles, locate
from ragline.adapters.models.thread import ModelThread
from ragline.model_settings import EmbeddingSettings
from ragline.ports.models import Embedder

if TYPE_CHECKING:
    from ragline.adapters.models.loaders import Encode

Vectors = list[list[float]]


@dataclass(frozen=True, slots=True)
class Worker:
    """One copy of the model on its own thread: tokenizers are not safe to share."""

    thread: ModelThread
    encode: Encode

    async def run(self, texts: list[str]) -> Vectors:
        """Return one unit vector per text."""
        return await self.thread.run(partial(self.encode, texts))


class SentenceTransformerEmbedder:
    """An `Embedder` over one or more workers.

    At most one batch of document texts is queued per worker, so a question waits for one such batch
    and never for a whole document.
    """

    def __init__(
        self,
        *,
        workers: Sequence[Worker],
        queries: MicroBatcher[str, list[float]],
        settings: EmbeddingSettings,
        fingerprint: str,
        dimensions: int,
    ) -> None:
        self._queries = queries
        self._settings = settings
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        for worker in workers:
            self._idle.put_nowait(worker)
        self.fingerprint = fingerprint
        self.dimensions = dimensions

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed passages: one unit vector per text, in order."""
        prefixed = [self._settings.prefix_document + text for text in texts]
        # Group texts of similar length: a batch is padded to its longest text
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors: Vectors = [[]] * len(texts)

        async def embed(batch: Sequence[int]) -> None:
            for i, vector in zip(batch, await self._run([prefixed[i] for i in batch]), strict=True):
                vectors[i] = vector

        batches = _batches(order, self._settings.batch_size)
        await asyncio.gather(*(embed(batch) for batch in batches))
        return vectors

    async def _run(self, texts: list[str]) -> Vectors:
        worker = await self._idle.get()
        try:
            return await worker.run(texts)
        finally:
            self._idle.put_nowait(worker)

    async def embed_query(self, text: str) -> list[float]:
        """Embed a question, together with those that arrive at the same time."""
        return await self._queries.submit(self._settings.prefix_query + text)


@asynccontextmanager
async def open_embedder(settings: EmbeddingSettings) -> AsyncIterator[Embedder]:
    """Load the model on its own thread and yield an `Embedder`.

    Raises:
        Misconfigured: the model is missing or cannot be used.
        Unavailable: the model has to come from the hub and the hub does not answer.
    """
    async with AsyncExitStack() as stack:
        threads = [
            await stack.enter_async_context(ModelThread(f"embedder-{number}"))
            for number in range(settings.workers)
        ]
        files = await threads[0].run(partial(locate, settings.model, settings.revision))
        # one after the other: concurrent imports of torch would only wait for each other
        loaded = [await thread.run(partial(_load, files, settings)) for thread in threads]
        workers = [Worker(t, encode) for t, (encode, _) in zip(threads, loaded, strict=True)]
        dimensions = loaded[0][1]
        queries = await stack.enter_async_context(
            MicroBatcher(
                workers[0].run,
                max_size=settings.batch_size,
                max_wait=settings.batch_wait_ms / 1_000,
            )
        )
        yield SentenceTransformerEmbedder(
            workers=workers,
            queries=queries,
            settings=settings,
            fingerprint=fingerprint_of(files, dimensions, settings),
            dimensions=dimensions,
        )


def fingerprint_of(files: ModelFiles, dimensions: int, settings: EmbeddingSettings) -> str:
    """Return the vectors' identity: two models are interchangeable when the strings are equal."""
    prefixes = json.dumps([settings.prefix_query, settings.prefix_document])
    return f"{files.model_id}@{files.revision} dim={dimensions} norm=l2 prefix={prefixes}"


def _load(files: ModelFiles, settings: EmbeddingSettings) -> tuple[Encode, int]:
    from ragline.adapters.models.loaders import load_encoder  # noqa: PLC0415  imports torch

    return load_encoder(files, threads=settings.threads, batch_size=settings.batch_size)


def _batches(order: Sequence[int], size: int) -> list[Sequence[int]]:
    return [order[start : start + size] for start in range(0, len(order), size)]
