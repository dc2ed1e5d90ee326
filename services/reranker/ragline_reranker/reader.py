"""Scores as many candidates with the cross-encoder as the time allows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ragline.clock import Clock
from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.queries import Candidate
from ragline.errors import RaglineError, Unavailable
from ragline.ports.models import CrossEncoder
from ragline_reranker.pace import Pace

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Relevances in [0, 1] of the first candidates, and the degradation, if any."""

    relevances: Sequence[float] = ()
    degradation: Degradation | None = None


_SKIPPED = Reading(degradation=Degradation.RERANK)


class Reader:
    """Reads candidates within a time limit.

    Args:
        cross_encoder: the model.
        clock: the current instant, aware.
        pace: the model's time per passage.
    """

    def __init__(self, *, cross_encoder: CrossEncoder, clock: Clock, pace: Pace) -> None:
        self._model = cross_encoder
        self._clock = clock
        self._pace = pace

    @property
    def model_id(self) -> str:
        """The model's name."""
        return bounds.clip(self._model.model_id, bounds.MODEL_CHARS)

    async def read(
        self, query: str, candidates: Sequence[Candidate], *, seconds: float | None
    ) -> Reading:
        """Score the best of `candidates`; fewer if `seconds` are too short for all.

        A model that fails or is too slow is not an error: the reading is then empty and names the
        degradation.
        """
        if not candidates:
            return Reading()
        depth = self._depth(len(candidates), seconds)
        if depth == 0:
            self._pace.skipped()
            return _SKIPPED
        relevances = await self._score(query, candidates[:depth], seconds)
        if relevances is None:
            return _SKIPPED
        reduced = Degradation.RERANK_DEPTH if depth < len(candidates) else None
        return Reading(relevances=relevances, degradation=reduced)

    def _depth(self, wanted: int, seconds: float | None) -> int:
        if seconds is None:
            return wanted
        if seconds <= 0:
            return 0
        affordable = self._pace.affords(seconds)
        return wanted if affordable is None else min(wanted, affordable)

    async def _score(
        self, query: str, candidates: Sequence[Candidate], seconds: float | None
    ) -> list[float] | None:
        started = self._clock()
        relevances: list[float] | None = None
        try:
            async with asyncio.timeout(seconds):
                relevances = await self._model.score(query, [as_text(c) for c in candidates])
        except TimeoutError:
            _log.info("reranking %d passages took longer than %.2f s", len(candidates), seconds)
        except Unavailable as error:
            # Readiness and the adapter's log tell of a model that is not there, not each question
            _log.debug("reranking is skipped: %s", error)
            return None
        except RaglineError as error:
            _log.warning("reranking failed, passages keep their order: %s", error)
            return None  # a failure tells nothing about the pace
        elapsed = (self._clock() - started).total_seconds()
        self._pace.observe(len(candidates), max(0.0, elapsed))
        return relevances


def as_text(candidate: Candidate) -> str:
    """Return the text for the model, with title and headings, which name its subject."""
    return f"{' > '.join(candidate.headings)}\n{candidate.text}".strip()
