"""The gateway in a cluster: called, let through, scaled on CPU, and ended without a cut stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ragline.contracts.topics import Service
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import config, container, deployment, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.validate import load_schemas, problems
from ragline_gateway.settings import Settings

_LETS_IN = ("KEYS_FILE", "JWKS_URL", "ANONYMOUS_TENANT")


@pytest.fixture(scope="module")
def ingress(deploy: Path, prod: list[Object]) -> Object:
    """The Ingress; `prod` skips where there is no kustomize."""
    assert prod
    (made,) = kustomize.build(deploy / "k8s" / "components" / "ingress")
    return made


def test_calls_lead_to_the_port_on_which_the_gateway_listens(
    overlay: list[Object], set_environment: Callable[[list[Object], Service], dict[str, str]]
) -> None:
    set_environment(overlay, Service.GATEWAY)
    spec = of_kind(overlay, "Service")["ragline-api"]["spec"]
    ports = {p["name"]: p["containerPort"] for p in container(overlay, Service.GATEWAY)["ports"]}
    settings = Settings().gateway

    assert [(port["port"], port["targetPort"]) for port in spec["ports"]] == [(80, "api")]
    assert ports["api"] == settings.port
    assert settings.host == "*"


def test_calls_reach_ready_pods_at_one_address(overlay: list[Object]) -> None:
    spec = of_kind(overlay, "Service")["ragline-api"]["spec"]

    assert "clusterIP" not in spec
    assert "publishNotReadyAddresses" not in spec


def test_each_overlay_says_whom_the_gateway_lets_in(overlay: list[Object]) -> None:
    variables = config(overlay, Service.GATEWAY)

    assert any(f"RAGLINE_GATEWAY__{name}" in variables for name in _LETS_IN)


def test_production_lets_nobody_in_without_a_key(prod: list[Object]) -> None:
    assert "RAGLINE_GATEWAY__ANONYMOUS_TENANT" not in config(prod, Service.GATEWAY)


def test_a_pod_without_the_file_of_keys_does_not_start(prod: list[Object]) -> None:
    file = Path(config(prod, Service.GATEWAY)["RAGLINE_GATEWAY__KEYS_FILE"])
    pod: dict[str, Any] = deployment(prod, Service.GATEWAY)["spec"]["template"]["spec"]
    mounts = {m["mountPath"]: m for m in container(prod, Service.GATEWAY)["volumeMounts"]}
    mount = mounts[str(file.parent)]
    (secret,) = [v["secret"] for v in pod["volumes"] if v["name"] == mount["name"]]

    assert secret["secretName"] == "ragline-gateway-keys"
    assert secret["optional"] is False
    assert [item["path"] for item in secret["items"]] == [file.name]
    assert secret["defaultMode"] == 0o440
    assert "subPath" not in mount


def test_it_scales_on_cpu_and_not_on_a_lag(prod: list[Object]) -> None:
    spec = of_kind(prod, "HorizontalPodAutoscaler")["ragline-gateway"]["spec"]
    (metric,) = spec["metrics"]

    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert metric["resource"]["name"] == "cpu"
    assert spec["scaleTargetRef"]["name"] in of_kind(prod, "Deployment")
    assert "ragline-gateway" not in of_kind(prod, "ScaledObject")


def test_no_pod_has_two_autoscalers(prod: list[Object]) -> None:
    by_cpu, by_lag = (of_kind(prod, kind) for kind in ("HorizontalPodAutoscaler", "ScaledObject"))

    assert by_cpu.keys().isdisjoint(by_lag)
    assert by_cpu.keys() | by_lag.keys() == {f"ragline-{service}" for service in Service}


def test_a_pod_that_goes_serves_until_proxies_have_heard_of_it(overlay: list[Object]) -> None:
    lifecycle = container(overlay, Service.GATEWAY)["lifecycle"]

    assert lifecycle["preStop"]["sleep"]["seconds"] >= 5


def test_the_ingress_is_one_that_a_cluster_takes(ingress: Object, deploy: Path) -> None:
    assert problems([ingress], load_schemas(deploy / "k8s" / "crds")) == []


def test_the_ingress_leads_to_the_gateway(ingress: Object, prod: list[Object]) -> None:
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = path["backend"]["service"]

    ports = of_kind(prod, "Service")[service["name"]]["spec"]["ports"]
    assert service["port"]["name"] in {port["name"] for port in ports}
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]


def test_the_ingress_holds_no_event_back_and_cuts_off_no_question(
    ingress: Object, classes: Mapping[Service, type[ServiceSettings]]
) -> None:
    annotations = ingress["metadata"]["annotations"]
    settings = classes[Service.GATEWAY]()
    assert isinstance(settings, Settings)
    megabytes = int(annotations["nginx.org/client-max-body-size"].removesuffix("m"))
    seconds = int(annotations["nginx.org/proxy-read-timeout"].removesuffix("s"))

    assert annotations["nginx.org/proxy-buffering"] == "False"
    assert megabytes * 2**20 >= settings.gateway.max_body_bytes
    assert seconds > max(settings.gateway.max_wait_s, settings.gateway.ping_s)
