"""Objects that only the gateway has: a Service for clients, and scaling by CPU."""

from __future__ import annotations

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import Object, full_name, manifest, selector
from ragline_cli.generated.manifests.values import (
    GATEWAY_CPU_PERCENT,
    GATEWAY_MAX_REPLICAS,
    min_replicas,
)

_LABELS = selector(Service.GATEWAY)
# A pod that stops ends its streams, so scale down slowly and scale up at once
_BEHAVIOR: Object = {
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": "Pods", "value": 2, "periodSeconds": 30}],
    },
    "scaleDown": {
        "stabilizationWindowSeconds": 600,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
    },
}


def api_service() -> Object:
    """Return the Service of the API and the console; it routes to pods that are ready."""
    spec: Object = {
        "selector": _LABELS,
        "ports": [{"name": "api", "port": 80, "targetPort": "api"}],
    }
    return manifest("v1", "Service", full_name("api"), spec, labels=_LABELS)


def autoscaler() -> Object:
    """Return the gateway's autoscaler: on CPU, because no consumer lag reflects its load."""
    name = full_name(Service.GATEWAY)
    spec: Object = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": min_replicas(Service.GATEWAY),
        "maxReplicas": GATEWAY_MAX_REPLICAS,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": GATEWAY_CPU_PERCENT},
                },
            }
        ],
        "behavior": _BEHAVIOR,
    }
    return manifest("autoscaling/v2", "HorizontalPodAutoscaler", name, spec, labels=_LABELS)
