"""One service's Deployment: probes, drain time, security context and environment."""

from __future__ import annotations

from collections.abc import Iterable

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.environment import config_name, pod_variables, secret_variables
from ragline_cli.generated.manifests.metadata import Object, full_name, manifest, selector
from ragline_cli.generated.manifests.values import (
    API_PORT,
    COMMON_CONFIG,
    HTTP_PORT,
    SIZING,
    Sizing,
    grace_period_s,
    pre_stop_s,
)
from ragline_cli.generated.settings_table import Setting

_STARTUP = {"periodSeconds": 5, "failureThreshold": 60}
_LIVENESS = {"periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3}
# a service outlives a zone, and a node
_SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
_READINESS = {"periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 2}


def deployment(service: Service, settings: Iterable[Setting]) -> Object:
    """Return the Deployment. It sets no `replicas`, because the autoscaler controls them."""
    labels = selector(service)
    spec: Object = {
        "revisionHistoryLimit": 3,
        # Each pod that joins or leaves stops the group for a moment. So replace one pod at a time,
        # with a pause in between, and never run fewer consumers than before
        "minReadySeconds": 15,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
        },
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": _pod(service, settings)},
    }
    return manifest("apps/v1", "Deployment", full_name(service), spec, labels=labels)


def _pod(service: Service, settings: Iterable[Setting]) -> Object:
    sizing = SIZING[service]
    return {
        "serviceAccountName": full_name(service),
        "automountServiceAccountToken": False,
        # Service links would inject RAGLINE_… variables that are not settings
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": grace_period_s(service),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [_spread(service, over) for over in _SPREAD_OVER],
        "containers": [_container(service, settings, sizing)],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": sizing.scratch}}],
    }


def _spread(service: Service, topology: str) -> Object:
    return {
        "maxSkew": 1,
        "topologyKey": topology,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(service)},
    }


def _container(service: Service, settings: Iterable[Setting], sizing: Sizing) -> Object:
    sources = [COMMON_CONFIG, config_name(service)]
    return {
        "name": str(service),
        "image": f"ragline/{service}",
        "envFrom": [{"configMapRef": {"name": name}} for name in sources],
        "env": [*pod_variables(service), *secret_variables(service, settings)],
        "ports": _ports(service),
        "startupProbe": _probe("/health/live", _STARTUP),
        "livenessProbe": _probe("/health/live", _LIVENESS),
        "readinessProbe": _probe("/health/ready", _READINESS),
        **_lifecycle(service),
        "resources": _resources(sizing),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the container
    }


def _ports(service: Service) -> list[Object]:
    probes = {"name": "http", "containerPort": HTTP_PORT}
    api = {"name": "api", "containerPort": API_PORT}
    return [probes, api] if service is Service.GATEWAY else [probes]


def _lifecycle(service: Service) -> Object:
    seconds = pre_stop_s(service)
    return {"lifecycle": {"preStop": {"sleep": {"seconds": seconds}}}} if seconds else {}


def _probe(path: str, timing: dict[str, int]) -> Object:
    return {"httpGet": {"path": path, "port": "http"}, **timing}


def _resources(sizing: Sizing) -> Object:
    return {
        "requests": {"cpu": sizing.cpu, "memory": sizing.memory},
        "limits": {
            "cpu": sizing.cpu_limit,
            "memory": sizing.memory_limit,
        },
    }
