"""The report of `ragline eval retrieval`: figures for programs, a table and a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ragline_evaluation.dataset import Dataset
from ragline_evaluation.ingesting import Ingested
from ragline_evaluation.retrieval.configurations import LADDER, REFERENCE
from ragline_evaluation.retrieval.measure import Asked, RetrievalOutcome
from ragline_evaluation.retrieval.scoring import (
    MAIN,
    MEASURES,
    WHOLE,
    Difference,
    Values,
    difference,
    score,
)
from ragline_evaluation.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything measured on one set.

    `results` holds, by configuration, the measures, milliseconds, searches and passages read per
    question. `against` are the differences in nDCG@10 to vector search alone.
    `by_intent` compares each intent's plan with the balanced one on the questions that got it.
    """

    dataset: str
    origin: str
    store: str
    documents: int
    questions: int
    ingest: Ingested
    results: dict[str, dict[str, float]]
    against: dict[str, Difference]
    by_intent: dict[str, dict[str, float]]
    degradations: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def report(dataset: Dataset, asked: Asked, ingested: Ingested, *, store: str) -> Report:
    """Score what was found."""
    values = {
        name: score(outcome.ranked, dataset.judgements) for name, outcome in asked.outcomes.items()
    }
    return Report(
        dataset=dataset.name,
        origin=dataset.origin,
        store=store,
        documents=ingested.documents,
        questions=len(dataset.questions),
        ingest=ingested,
        results={name: _figures(values[name], each) for name, each in asked.outcomes.items()},
        against=_against(values),
        by_intent=_by_intent(values, asked),
        degradations={name: dict(each.degradations) for name, each in asked.outcomes.items()},
    )


def _figures(values: Values, outcome: RetrievalOutcome) -> dict[str, float]:
    count = max(len(outcome.seconds), 1)
    milliseconds = np.array(outcome.seconds) * 1_000
    return {
        **{name: float(values[name].mean()) for name in (*MEASURES, *WHOLE)},
        "p50_ms": float(np.percentile(milliseconds, 50)),
        "p95_ms": float(np.percentile(milliseconds, 95)),
        "searches": outcome.searches / count,
        "passages_read": outcome.read / count,
    }


def _against(values: Mapping[str, Values]) -> dict[str, Difference]:
    if REFERENCE not in values:
        return {}
    theirs = values[REFERENCE][MAIN]
    return {
        name: difference(each[MAIN], theirs) for name, each in values.items() if name != REFERENCE
    }


def _by_intent(values: Mapping[str, Values], asked: Asked) -> dict[str, dict[str, float]]:
    if not {"balanced", "plan"} <= set(values):
        return {}
    names = np.array(list(asked.plans.values()))
    rows = {}
    for name, count in Counter(names.tolist()).most_common():
        chosen = names == name
        balanced, plan = values["balanced"][MAIN][chosen], values["plan"][MAIN][chosen]
        rows[name] = {
            "questions": count,
            "balanced": float(balanced.mean()),
            "plan": float(plan.mean()),
        }
    return rows


def markdown(report: Report) -> str:
    """Return the report as Markdown tables."""
    heading = (
        f"{report.documents:,} documents in {report.ingest.chunks:,} chunks, "
        f"{report.questions:,} questions ({report.origin}), {report.store}."
    )
    parts = [f"## {report.dataset}", heading, table(_result_rows(report)), _meanings(report)]
    if report.by_intent:
        parts.append(table(_intent_rows(report)))
    if report.ingest.failures:
        parts.append(f"{len(report.ingest.failures)} documents could not be ingested.")
    return "\n\n".join(parts) + "\n"


def _meanings(report: Report) -> str:
    """Describe the configurations and the last columns."""
    named = "; ".join(f"{c.name}: {c.means}" for c in LADDER if c.name in report.results)
    return f"{named[0].upper()}{named[1:]}. Searches, and passages read, are those of a question."


def _result_rows(report: Report) -> list[list[str]]:
    head = [
        "configuration",
        *MEASURES,
        *WHOLE,
        "against vector (95 %)",
        "p50/p95 ms",
        "searches",
        "read",
    ]
    rows = [head]
    for configuration in LADDER:
        figures = report.results.get(configuration.name)
        if figures is None:
            continue
        against = report.against.get(configuration.name)
        rows.append(
            [
                configuration.name,
                *(f"{figures[name]:.3f}" for name in (*MEASURES, *WHOLE)),
                _interval(against) if against else "",
                f"{figures['p50_ms']:.0f}/{figures['p95_ms']:.0f}",
                f"{figures['searches']:.2f}",
                f"{figures['passages_read']:.1f}",
            ]
        )
    return rows


def _intent_rows(report: Report) -> list[list[str]]:
    rows = [["plan", "questions", "nDCG@10 balanced", "nDCG@10 plan", "change"]]
    for name, row in report.by_intent.items():
        change = row["plan"] / row["balanced"] - 1 if row["balanced"] else 0.0
        rows.append(
            [
                name,
                f"{row['questions']:.0f}",
                f"{row['balanced']:.3f}",
                f"{row['plan']:.3f}",
                f"{change:+.1%}",
            ]
        )
    return rows


def _interval(each: Difference) -> str:
    return f"{each.mean:+.3f} [{each.low:+.3f}, {each.high:+.3f}]"
