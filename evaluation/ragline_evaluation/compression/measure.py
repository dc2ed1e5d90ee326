"""Compresses the passages of each question to shares of their tokens, and measures the recall.

Every method gets the same token budget for text; the prompt's markup around excerpts is the same
for all methods and not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ragline.clock import utc_now
from ragline.contracts.answers import QueryAnswered
from ragline.contracts.queries import CandidatesRanked, Options, QuerySubmitted
from ragline_evaluation.compression.answer_recall import answer_recall, measurable
from ragline_evaluation.compression.truncation import Count, truncated, whole
from ragline_evaluation.dataset import Question
from ragline_evaluation.stages import Stages
from ragline_generator.compression.select import compress
from ragline_generator.passages.ranking import rank

OURS, TRUNCATED, WHOLE = "compressed", "truncated", "whole passages"
METHODS = (OURS, TRUNCATED, WHOLE)
SHARES = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)

_BETWEEN = "\n\n"
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept shares of the reference answer and of the passages' tokens, in [0, 1]."""

    recall: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressed:
    """One question: `full` is the recall of all passages, `kept` by method and share.

    `tokens` are those of the passages; `seconds` are ranking and compressing, one per share.
    """

    question: str
    tokens: int
    full: float
    kept: dict[tuple[str, float], Kept]
    seconds: list[float]


async def find_all(
    stages: Stages, questions: Sequence[Question], *, tenant: str, progress: Callable[[int], None]
) -> list[tuple[Question, CandidatesRanked]]:
    """Return the questions whose answer can be searched for, with the passages found for each."""
    found = []
    for question in questions:
        event = await _find(stages, question, tenant) if measurable(question.answer) else None
        if event is not None and event.passages:
            found.append((question, event))
        progress(1)
    return found


async def _find(stages: Stages, question: Question, tenant: str) -> CandidatesRanked | None:
    submitted = QuerySubmitted(
        query_id=question.id[:128],
        text=question.text,
        tenant=tenant,
        deadline=utc_now() + _PATIENCE,
        options=Options(stream=False),
    )
    event = await stages.classify(submitted)
    return None if isinstance(event, QueryAnswered) else await stages.find(event)


def measure(event: CandidatesRanked, reference: str, count: Count) -> Compressed:
    """Reduce the passages of `event` by each method to each share of their tokens."""
    texts = [passage.text for passage in event.passages]
    tokens = sum(map(count, texts))
    kept: dict[tuple[str, float], Kept] = {}
    seconds = []
    for share in SHARES:
        budget = int(share * tokens)
        started = time.perf_counter()
        parts = _compressed(event, budget, count)
        seconds.append(time.perf_counter() - started)
        left = {
            OURS: parts,
            TRUNCATED: truncated(texts, budget, count),
            WHOLE: whole(texts, budget, count),
        }
        for method, pieces in left.items():
            recall = answer_recall(_BETWEEN.join(pieces), reference)
            kept[method, share] = Kept(recall, sum(map(count, pieces)) / max(tokens, 1))
    return Compressed(
        question=event.query_id,
        tokens=tokens,
        full=answer_recall(_BETWEEN.join(texts), reference),
        kept=kept,
        seconds=seconds,
    )


def _compressed(event: CandidatesRanked, budget: int, count: Count) -> list[str]:
    ranked = rank(event.standalone_text, event.passages)
    context = compress(event.standalone_text, event.passages, ranked, budget=budget, count=count)
    return [excerpt.text for excerpt in context]
