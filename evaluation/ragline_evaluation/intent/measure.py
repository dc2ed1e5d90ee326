"""Classifies each labelled question with the classifier's stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ragline.clock import utc_now
from ragline.contracts.plan import Intent, SearchKind
from ragline.contracts.queries import QueryClassified, QuerySubmitted
from ragline.errors import Misconfigured
from ragline.messaging.composition import Stage
from ragline_evaluation.dataset import rows

_PATIENCE = timedelta(hours=1)


class LabelledQuestion(BaseModel):
    """A line of the file; `source` groups questions of one origin."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1, validation_alias=AliasChoices("text", "query"))
    intent: Intent
    source: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedIntent:
    """A question with the classifier's result, and the `seconds` that it took."""

    question: LabelledQuestion
    intent: Intent
    confidence: float
    plan: str
    skips_vector: bool
    seconds: float


def read(path: Path, limit: int | None) -> Sequence[LabelledQuestion]:
    """Read labelled questions, `limit` of them spread evenly over the file.

    Raises:
        Misconfigured: no such file, a wrong line, or nothing in it.
    """
    found = list(rows(path, LabelledQuestion))
    if not found:
        raise Misconfigured(f"{path} holds no questions")
    count = min(limit or len(found), len(found))
    return [found[place * len(found) // count] for place in range(count)]


async def judge(
    classify: Stage, questions: Sequence[LabelledQuestion], progress: Callable[[int], None]
) -> list[JudgedIntent]:
    """Classify one question after the other, with the stage that the service runs."""
    return [await _judge(classify, number, each, progress) for number, each in enumerate(questions)]


async def _judge(
    classify: Stage, number: int, question: LabelledQuestion, progress: Callable[[int], None]
) -> JudgedIntent:
    event = QuerySubmitted(query_id=str(number), text=question.text, deadline=utc_now() + _PATIENCE)
    started = time.perf_counter()
    result = await classify(event)
    seconds = time.perf_counter() - started
    assert isinstance(result, QueryClassified)  # noqa: S101  # what this stage returns
    progress(1)
    return JudgedIntent(
        question=question,
        intent=result.intent,
        confidence=result.confidence,
        plan=result.plan.name,
        skips_vector=SearchKind.VECTOR not in result.plan.searches,
        seconds=seconds,
    )
