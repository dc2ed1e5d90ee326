"""The cross-encoder: the pairs of all questions in flight share its batches."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from ragline.adapters.models.batching import MicroBatcher
from ragline.adapters.models.files import ModelFiles, locate
from ragline.adapters.models.thread import ModelThread
from ragline.errors import RaglineError
from ragline.model_settings import RerankerSettings
from ragline.ports.models import CrossEncoder

if TYPE_CHECKING:
    from ragline.adapters.models.loaders import Pair, Score

_log = logging.getLogger(__name__)
OFF = "off"


class SentenceTransformerCrossEncoder:
    """A `CrossEncoder`. Pairs that wait for the model are dropped when their caller gives up."""

    def __init__(self, *, model_id: str, pairs: MicroBatcher[Pair, float]) -> None:
        self.model_id = model_id
        self._pairs = pairs

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return one relevance in [0, 1] per passage, in order."""
        return await self._pairs.submit_many([(query, passage) for passage in passages])


@asynccontextmanager
async def open_cross_encoder(settings: RerankerSettings) -> AsyncIterator[CrossEncoder | None]:
    """Load the model on its own thread, or yield None when there is none to load.

    If the model is not on this machine and cannot be fetched, that is logged once, and the answers
    say that reranking was skipped. Without a model, torch is not even imported.

    Raises:
        Misconfigured: the model's files exist but are not a cross-encoder.
    """
    async with ModelThread("cross-encoder") as thread:
        files = await thread.run(partial(_find, settings))
        if files is None:
            yield None
            return
        score = await thread.run(partial(_load, files, settings))
        async with MicroBatcher(
            partial(_run, thread, score),
            max_size=settings.batch_size,
            max_wait=settings.batch_wait_ms / 1_000,
        ) as pairs:
            yield SentenceTransformerCrossEncoder(model_id=files.model_id, pairs=pairs)


def _find(settings: RerankerSettings) -> ModelFiles | None:
    if settings.model == OFF:
        _log.info("reranking is switched off: passages keep the retriever's order")
        return None
    try:
        return locate(settings.model, settings.revision, also=settings.onnx_file)
    except RaglineError as error:
        _log.warning("reranking is skipped, passages keep the retriever's order: %s", error)
        return None


def _load(files: ModelFiles, settings: RerankerSettings) -> Score:
    if settings.onnx_file:
        from ragline.adapters.models.onnx_scorer import OnnxScorer  # noqa: PLC0415  optional

        return OnnxScorer(
            files, settings.onnx_file, threads=settings.threads, batch_size=settings.batch_size
        )
    from ragline.adapters.models.loaders import load_scorer  # noqa: PLC0415  imports torch

    return load_scorer(files, threads=settings.threads, batch_size=settings.batch_size)


async def _run(thread: ModelThread, score: Score, pairs: list[Pair]) -> list[float]:
    return await thread.run(partial(score, pairs))
