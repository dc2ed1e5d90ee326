"""The alerts as a `PrometheusRule`, and where Prometheus finds the pods."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import Object, everything, manifest
from ragline_cli.generated.manifests.values import PART_OF
from ragline_cli.generated.monitoring.alerts import Alert

_API = "monitoring.coreos.com/v1"


def prometheus_rule(alerts: Iterable[Alert]) -> Object:
    """Return the rules as one object."""
    rules = [_rule(each) for each in alerts]
    groups = [{"name": PART_OF, "rules": rules}]
    return manifest(_API, "PrometheusRule", PART_OF, {"groups": groups}, labels=everything())


def _rule(alert: Alert) -> Object:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasts,
        "labels": {
            "severity": alert.severity,
            **({"window": alert.window} if alert.window else {}),
        },
        "annotations": {"summary": alert.summary, "runbook": f"docs/runbooks/{alert.name}.md"},
    }


def pod_monitor() -> Object:
    """Return the `PodMonitor` of all services: the port of their probes.

    Only of them: a store whose pods have the same label and a port of the same name would be looked
    at in vain, and be taken for a stage that is away.
    """
    names = [service.value for service in Service]
    by_name = {"key": "app.kubernetes.io/name", "operator": "In", "values": names}
    spec: Object = {
        "selector": {"matchLabels": everything(), "matchExpressions": [by_name]},
        "podMetricsEndpoints": [{"port": "http", "path": "/metrics", "interval": "15s"}],
        # which service it is, in the series and so in the alerts
        "podTargetLabels": ["app.kubernetes.io/name", "app.kubernetes.io/part-of"],
    }
    return manifest(_API, "PodMonitor", PART_OF, spec, labels=everything())
