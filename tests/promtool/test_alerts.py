"""Each alert fires, and not before, on Prometheus' own evaluation (`promtool test rules`)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ragline_cli.generated.monitoring.alerts import alerts
from ragline_cli.generated.monitoring.prometheus_rule import prometheus_rule

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is measured, minute by minute, and which labels an alert then has.

    Args:
        bad: series while something is wrong, in promtool's notation.
        good: the same series while nothing is.
        at: when it fires.
        labels: of the alert, beside its severity.
        severity: which of the alert's rules.
    """

    bad: dict[str, str]
    good: dict[str, str]
    at: str
    labels: dict[str, str] = field(default_factory=dict)
    severity: str = "warning"


def _ratio(bad: str, good: str, lots: str, few: str) -> Case:
    """Return a case in which half of all are bad, in place of nothing."""
    return Case(
        bad={good: f"0+10x{lots}", bad: f"0+10x{lots}"},
        good={good: f"0+10x{lots}", bad: f"0x{lots}"},
        at=few,
        labels={"window": "1h"},
        severity="critical",
    )


_DOWN = 'up{{app_kubernetes_io_name="{0}", app_kubernetes_io_part_of="ragline"}}'
_SERVICES = (
    "classifier",
    "retriever",
    "reranker",
    "generator",
    "ingestor",
    "gateway",
    "monitor",
)
_UP = {_DOWN.format(service): "1x60" for service in _SERVICES}
_WAIT = 'ragline_record_wait_seconds_bucket{{topic="intents", le="{0}"}}'
_DEAD = 'ragline_monitor_dead_letters_total{topic="documents", cause="permanent_error"}'
_LATE = 'ragline_monitor_answer_seconds_bucket{le="10.0"}'

CASES = {
    "RaglineAnswersFail": _ratio(
        'ragline_monitor_answers_total{status="failed"}',
        'ragline_monitor_answers_total{status="answered"}',
        "120",
        "90m",
    ),
    "RaglineAnswersLate": Case(
        bad={"ragline_monitor_answer_seconds_count": "0+10x120", _LATE: "0+5x120"},
        good={"ragline_monitor_answer_seconds_count": "0+10x120", _LATE: "0+10x120"},
        at="90m",
        labels={"window": "1h"},
        severity="critical",
    ),
    "RaglineDocumentsLate": _ratio(
        'ragline_monitor_freshness_objective_total{outcome="missed"}',
        'ragline_monitor_freshness_objective_total{outcome="met"}',
        "120",
        "90m",
    ),
    "RaglineStageAway": Case(
        bad={**_UP, _DOWN.format("retriever"): "0x60"},
        good=_UP,
        at="10m",
        labels={"app_kubernetes_io_name": "retriever"},
        severity="critical",
    ),
    "RaglineTopicStopped": Case(
        bad={'ragline_topic_state{topic="documents"}': "2x30"},
        good={'ragline_topic_state{topic="documents"}': "0 2 2 1 0x30"},
        at="10m",
        labels={"topic": "documents"},
        severity="critical",
    ),
    "RaglineConsumptionPaused": Case(
        bad={'ragline_consumption_paused{dependency="vector store"}': "1x30"},
        good={'ragline_consumption_paused{dependency="vector store"}': "0 1 1 0x30"},
        at="10m",
        labels={"dependency": "vector store"},
        severity="critical",
    ),
    "RaglineLedgerDown": Case(
        bad={'ragline_ledger_up{pod="a"}': "1x30", 'ragline_ledger_up{pod="b"}': "0x30"},
        good={'ragline_ledger_up{pod="a"}': "1x30", 'ragline_ledger_up{pod="b"}': "1x30"},
        at="5m",
        severity="critical",
    ),
    "RaglineAnswersUnclaimed": Case(
        bad={"ragline_ledger_unavailable_total": "0 0 3x30"},
        good={"ragline_ledger_unavailable_total": "3x30"},
        at="10m",
    ),
    "RaglineRedisFull": Case(
        bad={
            'ragline_redis_used_bytes{use="ledger"}': "900x60",
            'ragline_redis_max_bytes{use="ledger"}': "1000x60",
        },
        good={
            'ragline_redis_used_bytes{use="ledger"}': "900x60",
            'ragline_redis_max_bytes{use="ledger"}': "0x60",
        },
        at="15m",
        labels={"use": "ledger"},
        severity="critical",
    ),
    "RaglineCircuitOpen": Case(
        bad={'ragline_circuit_state{dependency="llm"}': "2x30"},
        good={'ragline_circuit_state{dependency="llm"}': "2 1 0x30"},
        at="10m",
        labels={"dependency": "llm"},
        severity="critical",
    ),
    "RaglineWorkersDie": Case(
        bad={'ragline_worker_deaths_total{topic="documents"}': "0+1x30"},
        good={'ragline_worker_deaths_total{topic="documents"}': "0 1x30"},
        at="10m",
        labels={"topic": "documents"},
    ),
    "RaglineDeadLetters": Case(
        bad={_DEAD: "0 0 1x30"},
        good={
            'ragline_monitor_dead_letters_total{topic="documents", cause="permanent_error"}': "7x30"
        },
        at="10m",
        labels={"topic": "documents", "cause": "permanent_error"},
    ),
    "RaglineShedding": Case(
        bad={"ragline_shed_total": "0+5x60"}, good={"ragline_shed_total": "0 5x60"}, at="20m"
    ),
    "RaglineRecordsWait": Case(
        bad={
            _WAIT.format("5.0"): "0x60",
            _WAIT.format("10.0"): "0+9x60",
            _WAIT.format("+Inf"): "0+9x60",
        },
        good={
            _WAIT.format("5.0"): "0+9x60",
            _WAIT.format("10.0"): "0+9x60",
            _WAIT.format("+Inf"): "0+9x60",
        },
        at="20m",
        labels={"topic": "intents"},
    ),
    "RaglineDegraded": Case(
        bad={
            'ragline_monitor_answers_total{status="answered"}': "0+10x90",
            'ragline_monitor_degradations_total{kind="rerank_skipped"}': "0+5x90",
        },
        good={
            'ragline_monitor_answers_total{status="answered"}': "0+10x90",
            'ragline_monitor_degradations_total{kind="rerank_skipped"}': "0+1x90",
        },
        at="60m",
        labels={"kind": "rerank_skipped"},
    ),
    "RaglineMisplacedKeys": Case(
        bad={'ragline_misplaced_keys_total{topic="documents"}': "0 0 4x30"},
        good={'ragline_misplaced_keys_total{topic="documents"}': "4x30"},
        at="10m",
        labels={"topic": "documents"},
    ),
    "RaglinePublishersLimited": Case(
        bad={"ragline_publishers_limited": "1x90"},
        good={"ragline_publishers_limited": "1x10 0x80"},
        at="40m",
    ),
    "RaglineCommitsFail": Case(
        bad={'ragline_commit_failures_total{topic="queries"}': "0+2x60"},
        good={'ragline_commit_failures_total{topic="queries"}': "0 2x60"},
        at="30m",
        labels={"topic": "queries"},
    ),
    "RaglineDrift": Case(
        bad={'ragline_drift_alarm{signal="intent"}': "1x120"},
        good={'ragline_drift_alarm{signal="intent"}': "1x30 0x90"},
        at="90m",
        labels={"signal": "intent"},
    ),
}

# scaled to zero: it knows no pod
_WITHOUT_INGESTOR = {series: up for series, up in _UP.items() if "ingestor" not in series}
_NO_INGESTOR = {
    "app_kubernetes_io_name": "ingestor",
    "app_kubernetes_io_part_of": "ragline",
}
_RETRIES = 'ragline_ingest_lag{topic="documents.retry.10m"}'
_NOTHING_WAITS = {'ragline_ingest_lag{topic="documents"}': "0x60", _RETRIES: "0x60"}
MORE_CASES = {
    "RaglineStageAway": (
        Case(
            bad={**_WITHOUT_INGESTOR, **_NOTHING_WAITS, _RETRIES: "1x60"},
            good={**_WITHOUT_INGESTOR, **_NOTHING_WAITS},
            at="10m",
            labels=_NO_INGESTOR,
            severity="critical",
        ),
        # pods that are there and do not answer are wrong whether something waits or not
        Case(
            bad={**_UP, _DOWN.format("ingestor"): "0x60", **_NOTHING_WAITS},
            good={**_UP, **_NOTHING_WAITS, _RETRIES: "1x60"},
            at="10m",
            labels={"app_kubernetes_io_name": "ingestor"},
            severity="critical",
        ),
        # woken within the time that is left to it
        Case(
            bad={**_WITHOUT_INGESTOR, **_NOTHING_WAITS, _RETRIES: "0x5 1x60"},
            good={
                **_WITHOUT_INGESTOR,
                **_NOTHING_WAITS,
                _RETRIES: "0x5 1x60",
                _DOWN.format("ingestor"): "_x7 1x60",
            },
            at="20m",
            labels=_NO_INGESTOR,
            severity="critical",
        ),
    )
}


def test_every_alert_is_tried() -> None:
    assert set(CASES) == {alert.name for alert in alerts()}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        *CASES.items(),
        *((name, case) for name, cases in MORE_CASES.items() for case in cases),
    ],
)
def test_it_fires_when_something_is_wrong_and_only_then(
    name: str, case: Case, tmp_path: Path
) -> None:
    rules = prometheus_rule(alerts())["spec"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    tests = {"rule_files": ["rules.yaml"], "tests": list(_tests(name, case))}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "test", "rules", "tests.yaml"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_accepts_the_committed_rules(tmp_path: Path) -> None:
    made = (ROOT / "deploy/k8s/components/monitoring/generated.yaml").read_text(encoding="utf-8")
    (rule,) = [each for each in yaml.safe_load_all(made) if each["kind"] == "PrometheusRule"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rule["spec"]), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "check", "rules", "--lint-fatal", "rules.yaml"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _tests(name: str, case: Case) -> Iterator[dict[str, Any]]:
    labels = {"alertname": name, "alertstate": "firing", "severity": case.severity}
    named = ", ".join(
        f'{label}="{value}"' for label, value in sorted((labels | case.labels).items())
    )
    firing = [{"labels": f"ALERTS{{{named}}}", "value": 1}]
    window = {"window": case.labels.get("window", "")}
    asked = ", ".join(f'{label}="{value}"' for label, value in (labels | window).items())
    for series, expected in ((case.bad, firing), (case.good, [])):
        yield {
            "interval": "1m",
            "input_series": [{"series": s, "values": v} for s, v in series.items()],
            "promql_expr_test": [
                {"expr": f"ALERTS{{{asked}}}", "eval_time": case.at, "exp_samples": expected}
            ],
        }
