"""The cross-encoder: the pairs of all questions in flight share its batches."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from ragline.adapters.models.batching import MicroBatcher
from ragline.adapters.models.files import ModelFiles, locate
from ragline.adapters.models.late import LateModel, open_late
from ragline.adapters.models.load import ModelLoad
from ragline.adapters.models.thread import ModelThread
from ragline.adapters.models.torch_extra import require_torch
from ragline.errors import Misconfigured, Unavailable
from ragline.model_settings import NO_MODEL, RerankerSettings
from ragline.observability.semantic_conventions import GEN_AI_REQUEST_MODEL
from ragline.observability.tracer import active_span
from ragline.ports.models import CrossEncoder

if TYPE_CHECKING:
    from ragline.adapters.models.loaders import Pair, Score
    from ragline.observability.metrics import Metrics

_log = logging.getLogger(__name__)
Warm = Callable[[CrossEncoder], Awaitable[None]]


class SentenceTransformerCrossEncoder:
    """A `CrossEncoder`. Pairs that wait for the model are dropped when their caller gives up."""

    def __init__(self, *, model_id: str, pairs: MicroBatcher[Pair, float], load: ModelLoad) -> None:
        self.model_id = model_id
        self._pairs = pairs
        self._load = load

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per passage, in order."""
        span = active_span().child(
            f"rerank {self.model_id}", attributes={GEN_AI_REQUEST_MODEL: self.model_id}
        )
        with self._load.waiting(len(passages)), span:
            return await self._pairs.submit_many([(query, passage) for passage in passages])


class LateCrossEncoder:
    """A `CrossEncoder` whose model may come later; `missing` says why it is not there.

    Args:
        name: of the model, until it is there.
        late: the model.
    """

    def __init__(self, name: str, late: LateModel[CrossEncoder]) -> None:
        self._name = name
        self._late = late
        self.missing = late.missing

    @property
    def model_id(self) -> str:
        """The model's name."""
        return self._name if self.missing() else self._late.get().model_id

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per passage, in order.

        Raises:
            Unavailable: the model is not there yet.
        """
        return await self._late.get().score(query, passages)


async def _as_loaded(_: CrossEncoder) -> None:
    """Do nothing with the loaded model."""


@asynccontextmanager
async def open_cross_encoder(
    settings: RerankerSettings, *, warm: Warm = _as_loaded, metrics: Metrics | None = None
) -> AsyncIterator[LateCrossEncoder | None]:
    """Load the model on its own thread, or yield None when none is wanted.

    A model that is not on this machine and cannot be fetched is tried again in the background: the
    answers say meanwhile that reranking was skipped. `warm` is awaited with the loaded model before
    others may use it. Without a model, torch is not even imported.

    Raises:
        Misconfigured: the model's files exist but are not a cross-encoder, or it needs torch, which
            is not installed.
    """
    if settings.model == NO_MODEL:
        _log.info("no cross-encoder: none is wanted")
        yield None
        return
    if settings.network_file is None:
        require_torch(f"RAGLINE_RERANKER__MODEL={settings.model}")
    opening = partial(_opened, settings, warm, metrics)
    without = "reranking is skipped, passages keep the order that they have"
    async with open_late(f"cross-encoder {settings.model}", opening, without=without) as late:
        yield LateCrossEncoder(settings.model, late)


@asynccontextmanager
async def _opened(
    settings: RerankerSettings, warm: Warm, metrics: Metrics | None
) -> AsyncIterator[CrossEncoder]:
    async with ModelThread("cross-encoder") as thread:
        files = await thread.run(partial(_find, settings))
        score = await thread.run(partial(_load, files, settings))
        load = ModelLoad(metrics, files.model_id)
        async with MicroBatcher(
            load.reading(partial(_run, thread, score)),
            max_size=settings.batch_size,
            max_wait=settings.batch_wait_ms / 1_000,
        ) as pairs:
            model = SentenceTransformerCrossEncoder(model_id=files.model_id, pairs=pairs, load=load)
            await warm(model)
            yield model


def _find(settings: RerankerSettings) -> ModelFiles:
    try:
        return locate(settings.model, settings.commit, also=settings.network_file)
    except Misconfigured as error:
        # A hub in trouble denies models, and a folder may be mounted late: answers can do without
        raise Unavailable(str(error)) from error


def _load(files: ModelFiles, settings: RerankerSettings) -> Score:
    if (onnx_file := settings.network_file) is not None:
        from ragline.adapters.models.onnx_scorer import OnnxScorer  # noqa: PLC0415  optional

        return OnnxScorer(
            files, onnx_file, threads=settings.threads, batch_size=settings.batch_size
        )
    from ragline.adapters.models.loaders import load_scorer  # noqa: PLC0415  imports torch

    return load_scorer(files, threads=settings.threads, batch_size=settings.batch_size)


async def _run(thread: ModelThread, score: Score, pairs: list[Pair]) -> list[float]:
    return await thread.run(partial(score, pairs))
