"""The report of `ragline eval answers`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np

from ragline.contracts.answers import ClaimSupport
from ragline_evaluation.answers.measure import Answered
from ragline_evaluation.tables import table
from ragline_evaluation.token_overlap import token_f1, token_recall


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersReport:
    """`results` holds shares in [0, 1]; null if there were no such questions.

    `citation_precision`: cited documents that are relevant; `citation_recall`: relevant documents
    that are cited; both over answered questions. `support`: claims that their passages support.
    `refused_answerable` are wrong refusals, `refused_unanswerable` right ones. `looks` are those of
    a question, the first one too; `claims` are those of all answers, `supported` how many of them
    their passages support; the tokens are a question's, for the language model.
    """

    dataset: str
    questions: int
    unanswerable: int
    statuses: dict[str, int]
    models: dict[str, int]
    degradations: dict[str, int]
    results: dict[str, float | None]
    judge: str | None
    looks: float
    claims: int
    supported: int
    prompt_tokens: float
    completion_tokens: float
    p50_ms: float
    p95_ms: float
    generator_p50_ms: float
    generator_p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(
    name: str,
    answered: Sequence[Answered],
    *,
    verdicts: Mapping[str, bool] | None = None,
    judge: str | None = None,
) -> AnswersReport:
    """Compute the figures of at least one answer."""
    asked = [each for each in answered if each.answerable]
    told = [each for each in asked if each.answer.status.value == "answered"]
    referenced = [each for each in asked if each.question.answer is not None]
    hopeless = [each for each in answered if not each.answerable]
    milliseconds = np.array([each.seconds for each in answered]) * 1_000
    claims = [
        claim
        for each in answered
        if each.answer.validation
        for claim in each.answer.validation.claims
    ]
    generating = np.array([each.generator_seconds for each in answered]) * 1_000
    return AnswersReport(
        dataset=name,
        questions=len(asked),
        unanswerable=len(hopeless),
        statuses=dict(Counter(each.answer.status.value for each in answered)),
        models=dict(Counter(m for each in answered if (m := each.answer.models.get("answer")))),
        degradations=dict(Counter(d for each in answered for d in each.answer.degradations)),
        results={
            "token_f1": _mean(referenced, lambda each: _against(token_f1, each)),
            "token_recall": _mean(referenced, lambda each: _against(token_recall, each)),
            "citation_precision": _mean(told, _citation_precision),
            "citation_recall": _mean(told, _citation_recall),
            "support": _mean(told, _support),
            "refused_answerable": _mean(asked, lambda each: each.refused),
            "refused_unanswerable": _mean(hopeless, lambda each: each.refused),
            "judged_correct": mean(verdicts.values()) if verdicts else None,
        },
        judge=judge,
        looks=mean(1 + len(each.answer.hops) for each in answered),
        claims=len(claims),
        supported=sum(claim.support is ClaimSupport.SUPPORTED for claim in claims),
        prompt_tokens=mean(each.answer.usage.prompt_tokens for each in answered),
        completion_tokens=mean(each.answer.usage.completion_tokens for each in answered),
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
        generator_p50_ms=float(np.percentile(generating, 50)),
        generator_p95_ms=float(np.percentile(generating, 95)),
    )


def _mean(answered: Sequence[Answered], figure: Callable[[Answered], float]) -> float | None:
    return mean(map(figure, answered)) if answered else None


def _against(figure: Callable[[str, str], float], each: Answered) -> float:
    """Return `figure` of an answer; a refusal scores 0, whatever its words."""
    return 0.0 if each.refused else figure(each.answer.text, each.question.answer or "")


def _citation_precision(each: Answered) -> float:
    return sum(document in each.relevant for document in each.cited) / max(len(each.cited), 1)


def _citation_recall(each: Answered) -> float:
    return len(each.relevant.intersection(each.cited)) / len(each.relevant)


def _support(each: Answered) -> float:
    return each.answer.validation.support_ratio if each.answer.validation else 0.0


def markdown(report: AnswersReport) -> str:
    """Return the report as a Markdown table."""
    rows = [["measure", "value"]] + [
        [name.replace("_", " "), "not asked" if value is None else f"{value:.3f}"]
        for name, value in report.results.items()
    ]
    models = ", ".join(f"{name} {count}" for name, count in report.models.items()) or "none"
    statuses = ", ".join(f"{count} {name}" for name, count in report.statuses.items())
    notes = (
        f"{report.questions} questions with an answer, {report.unanswerable} without: {statuses}. "
        f"Written by: {models}. Judge: {report.judge or 'none configured'}. "
        f"{report.claims} claims, of which {report.supported} supported. "
        f"{report.looks:.2f} looks a question, {report.prompt_tokens:.0f} tokens of prompts and "
        f"{report.completion_tokens:.0f} of answers, "
        f"p50 {report.p50_ms:.0f} ms, p95 {report.p95_ms:.0f} ms; of which the generator "
        f"p50 {report.generator_p50_ms:.1f} ms, p95 {report.generator_p95_ms:.1f} ms."
    )
    return "\n\n".join([f"## Answers: {report.dataset}", table(rows), notes]) + "\n"
