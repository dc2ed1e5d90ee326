"""Answers beside each other, for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ragline.contracts.answers import (
    AnswerStatus,
    Citation,
    Claim,
    ClaimSupport,
    QueryAnswered,
    StageTiming,
    Validation,
)
from ragline_evaluation.shadow.measure import Pair

NOW = datetime(2026, 1, 5, tzinfo=UTC)
STAGES = ("classifier", "retriever", "reranker", "generator")


def answer(
    text: str = "Use x. [1]",
    *,
    cited: tuple[str, ...] = ("a",),
    supported: tuple[bool, ...] = (True,),
    work_ms: float = 10.0,
    status: AnswerStatus = AnswerStatus.ANSWERED,
    **fields: Any,
) -> QueryAnswered:
    """Return an answer that went through every stage, `work_ms` in each."""
    citations = tuple(
        Citation(marker=n, chunk_id=f"{d}#{n}", document_id=d, version=1, start=0, end=1, quote="q")
        for n, d in enumerate(cited, start=1)
    )
    claims = tuple(
        Claim(
            text="c",
            start=0,
            end=1,
            score=1.0,
            support=ClaimSupport.SUPPORTED if each else ClaimSupport.UNSUPPORTED,
        )
        for each in supported
    )
    timings = tuple(
        StageTiming(stage=stage, queued=0, started=100, finished=100 + work_ms) for stage in STAGES
    )
    given = {"query_id": "q", "timings": timings, "answered_at": NOW} | fields
    return QueryAnswered(
        status=status,
        text=text,
        citations=citations,
        validation=Validation(method="words", claims=claims),
        **given,
    )


def refused(code: str = "not_covered", **fields: Any) -> QueryAnswered:
    """Return a refusal."""
    error = {"code": code, "message": "no"}
    return answer("no", cited=(), supported=(), status=AnswerStatus.REFUSED, error=error, **fields)


def pair(live: QueryAnswered, shadow: QueryAnswered, question: str = "How?") -> Pair:
    """Return a pair."""
    return Pair(question=question, live=live, shadow=shadow)
