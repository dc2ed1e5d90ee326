"""The objects around a Deployment: identity, metrics endpoint and disruption budget."""

from __future__ import annotations

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import Object, full_name, manifest, selector
from ragline_cli.generated.manifests.values import HTTP_PORT


def service_account(service: Service) -> Object:
    """Return an account without a token: no service talks to the Kubernetes API."""
    made = manifest("v1", "ServiceAccount", full_name(service), labels=selector(service))
    return made | {"automountServiceAccountToken": False}


def metrics_service(service: Service) -> Object:
    """Return a headless Service: Prometheus scrapes each pod, and nothing else calls them."""
    spec: Object = {
        "clusterIP": "None",
        # Include pods that are not ready: their metrics matter most
        "publishNotReadyAddresses": True,
        "selector": selector(service),
        "ports": [{"name": "http", "port": HTTP_PORT, "targetPort": "http"}],
    }
    annotations = {
        "prometheus.io/scrape": "true",
        "prometheus.io/path": "/metrics",
        "prometheus.io/port": str(HTTP_PORT),
    }
    return manifest(
        "v1",
        "Service",
        full_name(service),
        spec,
        labels=selector(service),
        annotations=annotations,
    )


def disruption_budget(service: Service) -> Object:
    """Return a budget of one: a drained node moves one consumer of a group at a time."""
    spec: Object = {"maxUnavailable": 1, "selector": {"matchLabels": selector(service)}}
    return manifest(
        "policy/v1", "PodDisruptionBudget", full_name(service), spec, labels=selector(service)
    )
