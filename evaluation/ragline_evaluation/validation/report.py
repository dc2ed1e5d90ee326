"""The report of `ragline eval validation`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from ragline_evaluation.tables import table
from ragline_evaluation.validation.claim_cases import Making
from ragline_evaluation.validation.measure import JudgedCase

THRESHOLDS = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How well unsupported claims are found, in [0, 1].

    `precision`: share of the claims called unsupported that are unsupported; `recall`: share of the
    unsupported claims that are called so.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """`by_making`: number of claims, share called unsupported, and reasons, for each making.

    `curve`: detection for each possible threshold of the share of words.
    """

    dataset: str
    claims: int
    method: str
    detection: Detection
    by_making: dict[str, tuple[int, float, dict[str, int]]]
    curve: dict[float, Detection]
    p50_ms: float
    p95_ms: float

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(name: str, judged: Sequence[JudgedCase], *, method: str) -> ValidationReport:
    """Compute the figures of at least one claim."""
    milliseconds = np.array([each.seconds for each in judged]) * 1_000
    made = {making: [j for j in judged if j.case.making is making] for making in Making}
    return ValidationReport(
        dataset=name,
        claims=len(judged),
        method=method,
        detection=_detection(judged, lambda each: not each.supported),
        by_making={making.value: _making(found) for making, found in made.items() if found},
        curve={least: _detection(judged, partial(_below, least)) for least in THRESHOLDS},
        p50_ms=float(np.percentile(milliseconds, 50)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def _below(least: float, each: JudgedCase) -> bool:
    return each.contradicted or each.score < least


def _making(judged: Sequence[JudgedCase]) -> tuple[int, float, dict[str, int]]:
    rejected = [each for each in judged if not each.supported]
    reasons = Counter(
        claim.problem.value for each in rejected for claim in each.claims[:1] if claim.problem
    )
    return len(judged), len(rejected) / len(judged), dict(reasons.most_common())


def _detection(judged: Sequence[JudgedCase], rejects: Callable[[JudgedCase], bool]) -> Detection:
    called = [each for each in judged if rejects(each)]
    right = sum(not each.case.supported for each in called)
    wrong = sum(not each.case.supported for each in judged)
    return Detection(
        precision=right / len(called) if called else 1.0, recall=right / wrong if wrong else 1.0
    )


def markdown(report: ValidationReport) -> str:
    """Return the report as Markdown."""
    rows = [["claim", "claims", "called unsupported", "why"]] + [
        [making, str(count), f"{share:.3f}", ", ".join(f"{k} {v}" for k, v in why.items())]
        for making, (count, share, why) in report.by_making.items()
    ]
    found = report.detection
    summary = (
        f"{report.claims} claims, method {report.method}: unsupported claims are found with "
        f"precision {found.precision:.3f} and recall {found.recall:.3f} (F1 {found.f1:.3f}). "
        f"p50 {report.p50_ms:.2f} ms, p95 {report.p95_ms:.2f} ms a claim."
    )
    return "\n\n".join([f"## Validation: {report.dataset}", summary, table(rows)]) + "\n"
