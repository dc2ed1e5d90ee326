"""Service level objectives, and how fast their error budgets may burn.

Multi-window, multi-burn-rate alerts: Beyer et al., "The Site Reliability Workbook" (2018), ch. 5.
Of a budget for 30 days, 2 % burnt in an hour or 5 % in six hours wakes somebody; 10 % in three days
is a matter for working hours. The short window ends an alert soon after its cause.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A share of good events.

    Args:
        name: of its alert and runbook.
        target: the share of events that must be good, in (0, 1).
        bad: PromQL of the rate of bad events, with `{window}` for the range.
        all: PromQL of the rate of all events, with `{window}` for the range.
        summary: what users notice.
    """

    name: str
    target: float
    bad: str
    all: str
    summary: str

    def ratio(self, window: str) -> str:
        """Return PromQL of the share of bad events in a window, such as `5m`.

        It is 0 where there has never been a bad one, which has no series then.
        """
        bad, every = (each.replace("{window}", window) for each in (self.bad, self.all))
        return f"(({bad}) or vector(0)) / ({every})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """How many times faster than the budget allows it burns, and over which two windows."""

    factor: float
    long: str
    short: str
    severity: str


BURNS = (
    Burn(factor=14.4, long="1h", short="5m", severity="critical"),
    Burn(factor=6, long="6h", short="30m", severity="critical"),
    Burn(factor=1, long="3d", short="6h", severity="warning"),
)

_ANSWERS = 'ragline_monitor_answers_total{status=~"answered|refused|failed|expired"}'
_SECONDS = "ragline_monitor_answer_seconds"

OBJECTIVES = (
    Objective(
        name="RaglineAnswersFail",
        target=0.995,
        bad='sum(rate(ragline_monitor_answers_total{status=~"failed|expired"}[{window}]))',
        all=f"sum(rate({_ANSWERS}[{{window}}]))",
        summary="Questions end without an answer: failed or expired.",
    ),
    Objective(
        name="RaglineAnswersLate",
        target=0.99,
        bad=f"sum(rate({_SECONDS}_count[{{window}}]))"
        f' - sum(rate({_SECONDS}_bucket{{le="10.0"}}[{{window}}]))',
        all=f"sum(rate({_SECONDS}_count[{{window}}]))",
        summary="Answers take longer than 10 s.",
    ),
    Objective(
        name="RaglineDocumentsLate",
        target=0.99,
        bad='sum(rate(ragline_monitor_freshness_objective_total{outcome="missed"}[{window}]))',
        all="sum(rate(ragline_monitor_freshness_objective_total[{window}]))",
        summary="Changed documents are not searchable within the objective "
        "(RAGLINE_MONITOR__FRESHNESS_OBJECTIVE_S).",
    ),
)
