"""The figures of the report of `ragline shadow`, as plain data, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ragline_evaluation.retrieval.scoring import Difference
from ragline_evaluation.shadow.statistics import Share
from ragline_evaluation.shadow.tally import DifferingPair


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSetting:
    """A setting that differs in the second configuration, with both values; secrets are hidden."""

    name: str
    shadow: str | None
    otherwise: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The parameters of the run. `traffic` counts questions by outcome."""

    name: str
    share: float
    started_at: datetime
    ended_at: datetime
    settings: Sequence[OtherSetting]
    traffic: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """Figures of questions that both answered; `mean_overlap` is of cited documents (Jaccard)."""

    both: int
    mean_overlap: float | None
    same_documents: Share
    same_first_source: Share
    same_text: Share
    support: tuple[float, float] | None
    support_difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds of work, live and shadow, for questions that reached the stage in both."""

    stage: str
    questions: int
    p50: tuple[float, float]
    p95: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Sums over questions that both processed: live and shadow; cost in US dollars."""

    questions: int
    cached: int
    prompt_tokens: tuple[int, int]
    completion_tokens: tuple[int, int]
    priced: int
    cost: tuple[float, float]
    cost_difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """All differences. Tables of changes are lists of live, shadow and number of questions.

    `sign_test` is the probability that chance alone makes the changes between answered and refused
    at least this uneven.
    """

    run: Run
    pairs: int
    statuses: Sequence[tuple[str, str, int]]
    status_changed: Share
    newly_refused: int
    newly_answered: int
    sign_test: float | None
    answers: AnswerFigures
    intent_changed: Share
    intents: Sequence[tuple[str, str, int]]
    plan_changed: Share
    plans: Sequence[tuple[str, str, int]]
    latency: Sequence[Latency]
    effort: Effort
    degradations: Mapping[str, tuple[int, int]]
    models: Mapping[str, tuple[int, int]]
    failures: Mapping[str, dict[str, Any]]
    most_different: Sequence[DifferingPair]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        plain = asdict(self)
        for name in ("started_at", "ended_at"):
            plain["run"][name] = plain["run"][name].isoformat()
        return plain
