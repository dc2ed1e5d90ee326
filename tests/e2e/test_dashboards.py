"""What dashboards and alerts look at is there: a real Prometheus looks at a running stack."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from tests.patience import PATIENCE_S, eventually

from ragline.contracts.topics import Service
from ragline_cli.generated.monitoring.alerts import alerts
from ragline_cli.generated.monitoring.dashboards import DASHBOARDS
from ragline_cli.stack.server import running

from .conftest import Pipeline
from .prometheus_server import PrometheusServer

PANELS = [
    pytest.param(expr, id=f"{board.name}: {panel.title}: {legend}")
    for board in DASHBOARDS
    for panel in board.panels
    for legend, expr in panel.queries.items()
]
# What is measured, or drawn, only once something is wrong or somebody does what no test does here
QUIET = {
    "ragline_answer_cache_total",
    "ragline_calls_abandoned_total",
    "ragline_circuit_refused_total",
    "ragline_circuit_state",
    "ragline_commit_failures_total",
    "ragline_consumption_paused",
    "ragline_dead_letters_total",
    "ragline_degraded_dependency_total",
    "ragline_gateway_rejected_total",
    "ragline_monitor_degradations_total",
    "ragline_monitor_feedback_total",
    "ragline_parsers_lost_total",
    "ragline_redis_used_bytes",
    "ragline_retries_total",
    "ragline_topic_state",
}
_METRIC = re.compile(r"\b(?:ragline|process)_[a-z_]+(?=[{\[) ]|$)")


@pytest.fixture(scope="module")
def prometheus(
    pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrometheusServer]:
    """A Prometheus that has seen a document, and a question over HTTP."""
    services = pipeline.launcher.plan.services
    with running(PrometheusServer(tmp_path_factory.mktemp("prometheus"), services)) as server:
        document = f"metered-{uuid4().hex}.md"
        content = "# The lamp\n\nA green lamp means that the pump runs.\n"
        pipeline.change(document_id=document, version=1, content=content)
        asked = httpx.post(
            f"{pipeline.launcher.plan.addresses.gateway.url.rstrip('/')}/v1/queries",
            json={"text": "What does a green lamp mean?"},
            timeout=PATIENCE_S,
        )
        pipeline.answer(asked.json()["query_id"])
        yield server


def test_every_service_is_scraped(prometheus: PrometheusServer) -> None:
    def all_are_up() -> bool:
        found = prometheus.get("query", query="up == 1")["result"]
        return {each["metric"]["app_kubernetes_io_name"] for each in found} == set(Service)

    assert eventually(all_are_up)


@pytest.mark.parametrize("expr", PANELS)
def test_each_panel_has_something_to_draw(prometheus: PrometheusServer, expr: str) -> None:
    def drawn() -> bool:
        found = prometheus.get("query", query=expr)["result"]
        return bool(found or QUIET & set(_METRIC.findall(expr)))

    assert eventually(drawn)


def test_each_rule_can_be_evaluated_and_none_fires(prometheus: PrometheusServer) -> None:
    def evaluated() -> list[dict[str, str]]:
        (group,) = prometheus.get("rules")["groups"]
        return [rule for rule in group["rules"] if rule["health"] != "unknown"]

    expected = len(list(alerts()))
    assert eventually(lambda: len(evaluated()) >= expected)
    assert [rule for rule in evaluated() if rule["health"] != "ok"] == []
    assert [rule["name"] for rule in evaluated() if rule["state"] == "firing"] == []


def test_a_time_leads_to_the_trace_of_its_question(
    pipeline: Pipeline, prometheus: PrometheusServer
) -> None:
    trace, query_id = os.urandom(16).hex(), str(uuid4())
    flow = f"00-{trace}-{os.urandom(8).hex()}-01"
    question = {"query_id": query_id, "text": "What does a green lamp mean?"}
    pipeline.publish("queries", question, key=query_id, headers=[("traceparent", flow)])
    pipeline.answer(query_id)

    def exemplars() -> set[str]:
        series = prometheus.get(
            "query_exemplars",
            query="ragline_record_work_seconds_bucket",
            start=str(time.time() - 600),
            end=str(time.time() + 60),
        )
        return {found["labels"]["trace_id"] for each in series for found in each["exemplars"]}

    assert eventually(lambda: trace in exemplars())
