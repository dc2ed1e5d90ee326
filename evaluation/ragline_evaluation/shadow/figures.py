"""What the report of `ragline shadow` says, as plain data. Intervals are those of 95 %."""

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
    """A setting of the second configuration, and what it is otherwise; secrets are not told."""

    name: str
    shadow: str
    otherwise: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What ran. `traffic` counts questions by what became of them."""

    name: str
    share: float
    started_at: datetime
    ended_at: datetime
    settings: Sequence[OtherSetting]
    traffic: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """Of the questions that both answered; `mean_overlap` is of the cited documents (Jaccard)."""

    both: int
    mean_overlap: float | None
    same_documents: Share
    same_first_source: Share
    same_text: Share
    support: tuple[float, float] | None
    support_difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds of work, live and shadow, of the questions that both gave to the stage."""

    stage: str
    questions: int
    p50: tuple[float, float]
    p95: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Sums over questions that both worked on: live and shadow; cost in US dollars."""

    questions: int
    cached: int
    prompt_tokens: tuple[int, int]
    completion_tokens: tuple[int, int]
    priced: int
    cost: tuple[float, float]
    cost_difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReport:
    """All differences. Tables of changes are lists of live, shadow and how many questions.

    `sign_test` is the probability of so uneven changes between answered and refused by chance.
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
