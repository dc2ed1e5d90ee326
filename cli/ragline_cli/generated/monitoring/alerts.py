"""Alerts: what wakes somebody, and what can wait for working hours.

Each has a runbook in `docs/runbooks/` under its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ragline.contracts.topics import Service
from ragline_cli.generated.monitoring.objectives import BURNS, OBJECTIVES, Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alerting rule.

    Args:
        name: of the alert, and of its runbook.
        expr: PromQL.
        lasts: how long it must hold, such as `5m`.
        severity: `critical` wakes somebody, `warning` waits for working hours.
        summary: what has happened, with labels as `{{ $labels.topic }}`.
        window: over which a budget burns; it tells the rules of one objective apart.
    """

    name: str
    expr: str
    lasts: str
    severity: str
    summary: str
    window: str | None = None


def alerts() -> Iterator[Alert]:
    """Yield every alert: those of the objectives, then those of causes."""
    for objective in OBJECTIVES:
        yield from _burning(objective)
    yield from CAUSES


def _burning(objective: Objective) -> Iterator[Alert]:
    budget = round(1 - objective.target, 6)
    for burn in BURNS:
        limit = f"{burn.factor:g} * {budget:g}"
        long, short = objective.ratio(burn.long), objective.ratio(burn.short)
        yield Alert(
            name=objective.name,
            expr=f"{long} > {limit}\nand\n{short} > {limit}",
            lasts="2m",
            severity=burn.severity,
            window=burn.long,
            summary=f"{objective.summary} At this rate the error budget of 30 days is gone in "
            f"{30 / burn.factor:.3g} days.",
        )


_PODS = 'app_kubernetes_io_part_of="ragline"'


def _no_pod(service: Service) -> str:
    absent = f'absent(up{{app_kubernetes_io_name="{service}", {_PODS}}})'
    # while nothing waits, ingestion may be scaled to zero
    asleep = service is Service.INGESTOR
    return f"({absent} and on () max(ragline_ingest_lag) > 0)" if asleep else absent


CAUSES = (
    Alert(
        name="RaglineStageAway",
        expr="\nor\n".join(
            (
                f"max by (app_kubernetes_io_name) (up{{{_PODS}}}) == 0",
                *(_no_pod(service) for service in Service),
            )
        ),
        lasts="3m",
        severity="critical",
        summary="No pod of {{ $labels.app_kubernetes_io_name }} answers.",
    ),
    Alert(
        name="RaglineTopicStopped",
        expr="max by (topic) (ragline_topic_state) == 2",
        lasts="5m",
        severity="critical",
        summary="{{ $labels.topic }} is not consumed: too many of its records became dead letters "
        "through our own fault.",
    ),
    Alert(
        name="RaglineConsumptionPaused",
        expr="max by (dependency) (ragline_consumption_paused) == 1",
        lasts="5m",
        severity="critical",
        summary="Documents wait, because {{ $labels.dependency }} is away.",
    ),
    Alert(
        name="RaglineLedgerDown",
        expr="min(ragline_ledger_up) == 0",
        lasts="1m",
        severity="critical",
        summary="A service cannot write to Redis; answers wait, then go out unclaimed.",
    ),
    Alert(
        name="RaglineAnswersUnclaimed",
        expr="sum(increase(ragline_ledger_unavailable_total[15m])) > 0",
        lasts="0m",
        severity="warning",
        summary="{{ $value | humanize }} answers went out without a claim: some question may have "
        "two.",
    ),
    Alert(
        name="RaglineRedisFull",
        expr="max by (use) (ragline_redis_used_bytes / (ragline_redis_max_bytes > 0)) > 0.85",
        lasts="10m",
        severity="critical",
        summary="The Redis of {{ $labels.use }} is {{ $value | humanizePercentage }} full.",
    ),
    Alert(
        name="RaglineCircuitOpen",
        expr="max by (dependency) (ragline_circuit_state) == 2",
        lasts="5m",
        severity="critical",
        summary="Calls to {{ $labels.dependency }} fail; answers go without it.",
    ),
    Alert(
        name="RaglineWorkersDie",
        expr="sum by (topic) (increase(ragline_worker_deaths_total[15m])) > 2",
        lasts="0m",
        severity="warning",
        summary="Processes that work on {{ $labels.topic }} die.",
    ),
    Alert(
        name="RaglineDeadLetters",
        expr="sum by (topic, cause) (increase(ragline_monitor_dead_letters_total[15m])) > 0",
        lasts="0m",
        severity="warning",
        summary="Records of {{ $labels.topic }} became dead letters: {{ $labels.cause }}.",
    ),
    Alert(
        name="RaglineShedding",
        expr="sum(rate(ragline_shed_total[5m])) > 0",
        lasts="10m",
        severity="warning",
        summary="Questions are refused as overloaded: more come than the stages finish.",
    ),
    Alert(
        name="RaglineRecordsWait",
        expr="histogram_quantile(0.95, sum by (topic, le) "
        '(rate(ragline_record_wait_seconds_bucket{topic!~"documents.*"}[5m]))) > 5',
        lasts="10m",
        severity="warning",
        summary="Records of {{ $labels.topic }} wait {{ $value | humanizeDuration }} for work to "
        "begin.",
    ),
    Alert(
        name="RaglineDegraded",
        expr="sum by (kind) (rate(ragline_monitor_degradations_total[30m])) "
        "/ on () group_left sum(rate(ragline_monitor_answers_total[30m])) > 0.2",
        lasts="15m",
        severity="warning",
        summary="{{ $value | humanizePercentage }} of answers go without something: "
        "{{ $labels.kind }}.",
    ),
    Alert(
        name="RaglineMisplacedKeys",
        expr="sum by (topic) (increase(ragline_misplaced_keys_total[1h])) > 0",
        lasts="0m",
        severity="warning",
        summary="A publisher of {{ $labels.topic }} hashes keys otherwise than murmur2: order and "
        "compaction of its documents are lost.",
    ),
    Alert(
        name="RaglinePublishersLimited",
        expr="sum(ragline_publishers_limited) > 0",
        lasts="30m",
        severity="warning",
        summary="Nearly all documents of a publisher are unusable: they are worked on singly.",
    ),
    Alert(
        name="RaglineCommitsFail",
        expr="sum by (topic) (increase(ragline_commit_failures_total[10m])) > 5",
        lasts="10m",
        severity="warning",
        summary="Offsets of {{ $labels.topic }} cannot be committed.",
    ),
    Alert(
        name="RaglineDrift",
        expr="max by (signal) (ragline_drift_alarm) == 1",
        lasts="1h",
        severity="warning",
        summary="{{ $labels.signal }} differs from that of the week before.",
    ),
)
