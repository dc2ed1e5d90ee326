"""The embedding model: questions as they come, documents in batches of similar length."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ragline.adapters.models.batching import MicroBatcher
from ragline.adapters.models.embedding_identity import Identity, Prefixes, SimilarityScale
from ragline.adapters.models.files import ModelFiles, locate
from ragline.adapters.models.load import ModelLoad
from ragline.adapters.models.multilingual_encoder import (
    MULTILINGUAL,
    MultilingualEncoder,
    MultilingualModel,
    find_multilingual,
)
from ragline.adapters.models.sentence_network import SentenceNetwork, network_of
from ragline.adapters.models.thread import ModelThread
from ragline.adapters.models.torch_extra import require_torch
from ragline.model_settings import EmbeddingSettings
from ragline.observability import semantic_conventions as names
from ragline.observability.tracer import Span, active_span
from ragline.ports.models import Embedder

if TYPE_CHECKING:
    from ragline.observability.metrics import Metrics

_PROVIDER = "local"
Vectors = list[list[float]]
Encode = Callable[[list[str]], Vectors]
EmbeddingModel = ModelFiles | MultilingualModel | SentenceNetwork


@dataclass(frozen=True, slots=True)
class Worker:
    """One copy of the model on its own thread: tokenizers are not safe to share."""

    thread: ModelThread
    encode: Encode
    load: ModelLoad

    async def run(self, texts: list[str]) -> Vectors:
        """Return one unit vector per text."""
        self.load.read(len(texts))
        return await self.thread.run(partial(self.encode, texts))


class LocalEmbedder:
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
        identity: Identity,
        similarity: SimilarityScale,
        load: ModelLoad,
    ) -> None:
        self._queries = queries
        self._load = load
        self._batch_size = settings.batch_size
        self._prefixes = identity.prefixes
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        for worker in workers:
            self._idle.put_nowait(worker)
        self._model = identity.model
        self.fingerprint = identity.fingerprint
        self.dimensions = identity.dimensions
        self._similarity = similarity

    def similarity(self, cosine: float) -> float:
        """Return how alike texts are whose vectors have this cosine, in [-1, 1]."""
        return self._similarity(cosine)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Embed passages: one unit vector per text, in order."""
        prefixed = [self._prefixes.document + text for text in texts]
        # Group texts of similar length: a batch is padded to its longest text
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors: Vectors = [[]] * len(texts)

        async def embed(batch: Sequence[int]) -> None:
            for i, vector in zip(batch, await self._run([prefixed[i] for i in batch]), strict=True):
                vectors[i] = vector

        batches = _batches(order, self._batch_size)
        with self._load.waiting(len(texts)), self._embedding(len(texts)):
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
        with self._load.waiting(1), self._embedding(1):
            return await self._queries.submit(self._prefixes.query + text)

    def _embedding(self, texts: int) -> Span:
        span = active_span()
        if not span.recorded:
            return span
        return span.child(
            f"{names.EMBEDDINGS} {self._model}",
            attributes={
                names.GEN_AI_OPERATION: names.EMBEDDINGS,
                names.GEN_AI_PROVIDER: _PROVIDER,
                names.GEN_AI_REQUEST_MODEL: self._model,
                names.TEXTS: texts,
            },
        )


@asynccontextmanager
async def open_embedder(
    settings: EmbeddingSettings, metrics: Metrics | None = None
) -> AsyncIterator[Embedder]:
    """Load the model on its own thread and yield an `Embedder`, whose load `metrics` tell.

    Raises:
        Misconfigured: the model is missing or cannot be used.
        Unavailable: the model has to come from the hub and the hub does not answer.
    """
    async with AsyncExitStack() as stack:
        threads = [
            await stack.enter_async_context(ModelThread(f"embedder-{number}"))
            for number in range(settings.workers)
        ]
        model = await threads[0].run(partial(_find, settings))
        # one after the other: concurrent imports of torch would only wait for each other
        loaded = [await thread.run(partial(_load, model, settings)) for thread in threads]
        load = ModelLoad(metrics, model.name)
        workers = [Worker(t, encode, load) for t, (encode, _) in zip(threads, loaded, strict=True)]
        queries = await stack.enter_async_context(
            MicroBatcher(
                workers[0].run,
                max_size=_together(model, settings),
                max_wait=settings.batch_wait_ms / 1_000,
            )
        )
        identity = Identity(
            model=model.name, dimensions=loaded[0][1], prefixes=_prefixes(model, settings)
        )
        yield LocalEmbedder(
            workers=workers,
            queries=queries,
            settings=settings,
            identity=identity,
            similarity=_scale(model),
            load=load,
        )


def import_runtime(settings: EmbeddingSettings) -> None:
    """Import what runs the model, as loading it does; not torch, which must not be forked."""
    from ragline.adapters.models.bundles import names  # noqa: PLC0415  for these only

    if settings.model in names() or settings.onnx_file is not None:
        from ragline.adapters.models import onnx_encoder  # noqa: F401, PLC0415  imports numpy


def _find(settings: EmbeddingSettings) -> EmbeddingModel:
    """Return where the model is; one with an ONNX file needs no torch."""
    from ragline.adapters.models.bundles import locate_bundle, names  # noqa: PLC0415  for these only

    if settings.model == MULTILINGUAL:
        return find_multilingual()
    if settings.model in names():
        return locate_bundle(settings.model, settings.models_dir)
    if settings.onnx_file is None:
        require_torch(f"RAGLINE_EMBEDDING__MODEL={settings.model}")
    files = locate(settings.model, settings.revision, also=settings.onnx_file)
    return files if settings.onnx_file is None else network_of(files, settings.onnx_file)


def _prefixes(model: EmbeddingModel, settings: EmbeddingSettings) -> Prefixes:
    own = Prefixes() if isinstance(model, ModelFiles) else model.prefixes
    query, document = settings.prefix_query, settings.prefix_document
    return Prefixes(
        query=own.query if query is None else query,
        document=own.document if document is None else document,
    )


def _together(model: EmbeddingModel, settings: EmbeddingSettings) -> int:
    """Return how many questions share a batch.

    An ONNX file reads each text alone (`OnnxEncoder`): to wait for others, and for a batch of 32 to
    end, would only keep a question whose vector is there from its search.
    """
    return 1 if isinstance(model, SentenceNetwork) else settings.batch_size


def _scale(model: EmbeddingModel) -> SimilarityScale:
    return SimilarityScale() if isinstance(model, ModelFiles) else model.similarity


def _load(model: EmbeddingModel, settings: EmbeddingSettings) -> tuple[Encode, int]:
    if isinstance(model, SentenceNetwork):
        from ragline.adapters.models.onnx_encoder import OnnxEncoder  # noqa: PLC0415  imports numpy

        network = OnnxEncoder(model, threads=settings.threads)
        return network, network.dimensions
    if isinstance(model, MultilingualModel):
        encoder = MultilingualEncoder(threads=settings.threads)
        return encoder, encoder.dimensions
    from ragline.adapters.models.loaders import load_encoder  # noqa: PLC0415  imports torch

    return load_encoder(model, threads=settings.threads, batch_size=settings.batch_size)


def _batches(order: Sequence[int], size: int) -> list[Sequence[int]]:
    return [order[start : start + size] for start in range(0, len(order), size)]
