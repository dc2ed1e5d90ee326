"""Sends questions through all stages and collects the answers with the expected ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from ragline.clock import utc_now
from ragline.contracts.answers import AnswerStatus, QueryAnswered
from ragline.contracts.queries import Options, QuerySubmitted
from ragline.errors import RaglineError
from ragline_evaluation.dataset import Question
from ragline_evaluation.stages import Stages

_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question, its answer, and the seconds spent in total and in the generator.

    `relevant` are the documents that answer it: none for an unanswerable question.
    """

    question: Question
    relevant: frozenset[str]
    answer: QueryAnswered
    seconds: float
    generator_seconds: float = 0.0

    @property
    def answerable(self) -> bool:
        """Whether the documents contain the answer."""
        return bool(self.relevant)

    @property
    def refused(self) -> bool:
        """Whether the pipeline refused the question."""
        return self.answer.status is AnswerStatus.REFUSED

    @property
    def cited(self) -> tuple[str, ...]:
        """The documents cited, each once."""
        return tuple(dict.fromkeys(each.document_id for each in self.answer.citations))


async def answer_all(
    stages: Stages,
    questions: Sequence[tuple[Question, frozenset[str]]],
    *,
    tenant: str,
    at_once: int,
    progress: Callable[[int], None],
    hops: int | None = None,
) -> list[Answered]:
    """Ask `at_once` questions concurrently; a failed answer is kept as failed.

    `hops` replaces the plans' number of further looks.
    """
    places = asyncio.Semaphore(at_once)

    async def ask(question: Question, relevant: frozenset[str]) -> Answered:
        async with places:
            started = time.perf_counter()
            answer, generating = await _answer(stages, question, tenant, hops)
            seconds = time.perf_counter() - started
        progress(1)
        return Answered(
            question=question,
            relevant=relevant,
            answer=answer,
            seconds=seconds,
            generator_seconds=generating,
        )

    return await asyncio.gather(*(ask(*each) for each in questions))


async def _answer(
    stages: Stages, question: Question, tenant: str, hops: int | None
) -> tuple[QueryAnswered, float]:
    """Return the answer and the seconds spent in the generator; 0 if it was not reached."""
    submitted = QuerySubmitted(
        query_id=question.id[:128],
        text=question.text,
        tenant=tenant,
        deadline=utc_now() + _PATIENCE,
        options=Options(stream=False),
    )
    try:
        event = await stages.classify(submitted)
        if isinstance(event, QueryAnswered):
            return event, 0.0
        ranked = await stages.find(event, hops=hops)
        started = time.perf_counter()
        answer = cast("QueryAnswered", await stages.answer(ranked))
        return answer, time.perf_counter() - started
    except RaglineError as error:
        failed = QueryAnswered(
            query_id=question.id[:128],
            tenant=tenant,
            status=AnswerStatus.FAILED,
            text=str(error),
            answered_at=utc_now(),
        )
        return failed, 0.0
