"""What surrounds a Deployment: identity, metrics endpoint and disruption budget."""

from __future__ import annotations

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.metadata import Object, full_name, manifest, selector
from ragline_cli.generated.manifests.values import HTTP_PORT


def service_account(service: Service) -> Object:
    """Return an account without a token: no service talks to the Kubernetes API."""
    made = manifest("v1", "ServiceAccount", full_name(service), labels=selector(service))
    return made | {"automountServiceAccountToken": False}


def metrics_service(service: Service) -> Object:
    """Return a headless Service: each pod is scraped, none is called."""
    spec: Object = {
        "clusterIP": "None",
        # A pod that is not ready is the one whose metrics matter
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
