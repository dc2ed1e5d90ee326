"""How well two indexes find what judged questions ask for, with the retriever's own stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ragline.clock import utc_now
from ragline.contracts.queries import (
    CandidatesRetrieved,
    Options,
    Principal,
    QueryClassified,
    QuerySubmitted,
)
from ragline_evaluation.dataset import Dataset
from ragline_evaluation.retrieval.scoring import MAIN, Difference, difference, score

Stage = Callable[[Any], Awaitable[Any]]

# long enough that a slow machine does not skip steps that are measured
_PATIENCE = timedelta(hours=1)
_DEPTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuality:
    """Mean nDCG@10 of the live and of the new index, and how much better the new one is."""

    questions: int
    live: float
    new: float
    gain: Difference

    @property
    def is_worse(self) -> bool:
        """Whether the new index finds less, and chance does not explain it."""
        return self.gain.high < 0

    def __str__(self) -> str:
        return (
            f"{MAIN} of {self.questions} questions is {self.live:.3f} in the live index and "
            f"{self.new:.3f} in the new one, a difference of {self.gain.mean:+.3f} "
            f"(95 %: {self.gain.low:+.3f} to {self.gain.high:+.3f})"
        )


async def compare_quality(
    classify: Stage,
    live: Stage,
    new: Stage,
    data: Dataset,
    *,
    tenant: str,
    groups: tuple[str, ...] = (),
) -> IndexQuality:
    """Ask both indexes every question of `data`, whose document ids are those of `tenant`.

    Args:
        classify: the classifier's stage.
        live: the retriever's stage on the live index.
        new: the retriever's stage on the other one.
        data: questions and judgements.
        tenant: whose documents are searched.
        groups: those of who asks.

    Raises:
        TransientError: a store or a model does not answer.
    """
    ranked: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
    for question in data.questions:
        event = await classify(
            QuerySubmitted(
                query_id=question.id[:128],
                text=question.text,
                tenant=tenant,
                principal=Principal(groups=groups),
                options=Options(top_k=_DEPTH, stream=False),
                deadline=utc_now() + _PATIENCE,
            )
        )
        if not isinstance(event, QueryClassified):
            raise TypeError(f"the classifier returned {type(event).__name__}")
        for stage, found in zip((live, new), ranked, strict=True):
            retrieved = await stage(event)
            if not isinstance(retrieved, CandidatesRetrieved):
                raise TypeError(f"the retriever returned {type(retrieved).__name__}")
            documents = (each.document_id for each in retrieved.candidates)
            found[event.query_id] = list(dict.fromkeys(documents))
    judged = {name[:128]: found for name, found in data.judgements.items()}
    before, after = (score(each, judged)[MAIN] for each in ranked)
    return IndexQuality(
        questions=len(ranked[0]),
        live=float(before.mean()),
        new=float(after.mean()),
        gain=difference(after, before),
    )
