"""The components that send traces, in an overlay of somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from tests.kubernetes import programs
from tests.own_overlay import own_overlay

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import config, environment_problems, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.validate import load_schemas, problems
from ragline_cli.generated.settings_table import Setting

from . import test_workloads as of_every_overlay
from .test_network import admits, ours

COLLECTOR = "otel-collector"
PORT = 4318
BACKEND = "https://traces.example.com"


def build(folder: Path, *components: str, **more: object) -> list[Object]:
    """Return the objects of an overlay that has `dev` and these components."""
    return own_overlay(folder, *components, base="dev", namespace="ragline-dev", **more)


@pytest.fixture(scope="module")
def collecting(dev: list[Object], tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """An overlay with its own collector and its own backend; `dev` skips without a kustomize."""
    assert dev
    named = {"op": "replace", "path": "/data/TRACES_BACKEND", "value": BACKEND}
    patch = {"target": {"kind": "ConfigMap", "name": COLLECTOR}, "patch": yaml.safe_dump([named])}
    folder = tmp_path_factory.mktemp("collecting")
    return build(folder, "collector", patches=[patch])


@pytest.fixture(scope="module")
def pod(collecting: list[Object]) -> Object:
    """The specification of the collector's pods."""
    made: Object = of_kind(collecting, "Deployment")[COLLECTOR]["spec"]["template"]["spec"]
    return made


def test_every_service_sends_traces_and_may_reach_the_collector(
    tmp_path: Path, settings: Mapping[Service, tuple[Setting, ...]]
) -> None:
    objects = build(tmp_path, "tracing")
    assert list(environment_problems(objects, settings)) == []
    for service in Service:
        assert config(objects, service)["RAGLINE_TRACES__ENDPOINT"].startswith("http://")
    (policy,) = (each for each in objects if each["metadata"]["name"] == "ragline-traces")
    assert policy["spec"]["egress"][0]["ports"] == [{"port": PORT, "protocol": "TCP"}]


def test_a_cluster_takes_an_overlay_with_its_own_collector(
    deploy: Path, collecting: list[Object], settings: Mapping[Service, tuple[Setting, ...]]
) -> None:
    assert list(problems(collecting, load_schemas(deploy / "k8s" / "crds"))) == []
    assert list(environment_problems(collecting, settings)) == []


@pytest.mark.parametrize("service", Service)
def test_every_service_sends_to_the_collector_of_its_own_namespace(
    collecting: list[Object], service: Service
) -> None:
    endpoint = urlsplit(config(collecting, service)["RAGLINE_TRACES__ENDPOINT"])
    named = of_kind(collecting, "Service")[str(endpoint.hostname)]

    (port,) = named["spec"]["ports"]
    assert (endpoint.scheme, endpoint.port) == ("http", port["port"])
    assert named["metadata"]["namespace"] == "ragline-dev"
    assert admits(collecting, ours(service), ours(COLLECTOR), PORT)


def test_the_collector_listens_where_the_service_leads(
    collecting: list[Object], pod: Object
) -> None:
    (made,) = pod["containers"]
    (listening,) = made["ports"]
    (port,) = of_kind(collecting, "Service")[COLLECTOR]["spec"]["ports"]
    receiver = _configured(collecting, pod)["receivers"]["otlp"]["protocols"]["http"]

    assert receiver["endpoint"] == f"0.0.0.0:{listening['containerPort']}"
    assert port["targetPort"] == listening["name"]


def test_strangers_reach_no_collector(collecting: list[Object]) -> None:
    assert not admits(collecting, {"app": "stranger"}, ours(COLLECTOR), PORT)


def test_services_reach_nothing_else_of_the_collector_and_it_none_of_them(
    collecting: list[Object],
) -> None:
    for service in Service:
        assert not admits(collecting, ours(service), ours(COLLECTOR), 8888)
        assert not admits(collecting, ours(COLLECTOR), ours(service), 8000)
    for store in ("kafka", "redis", "redis-cache", "weaviate"):
        for port in (9092, 6379, 8080, 50051):
            assert not admits(collecting, ours(COLLECTOR), ours(store), port)


def test_the_collector_reaches_its_backend_in_the_cluster_and_outside(
    collecting: list[Object],
) -> None:
    egress = of_kind(collecting, "NetworkPolicy")[COLLECTOR]["spec"]["egress"]
    monitoring = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    outside = {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}

    assert egress[1:] == [
        {
            "to": [{"namespaceSelector": monitoring}],
            "ports": [{"protocol": "TCP", "port": PORT}],
        },
        {"to": [{"ipBlock": outside}], "ports": [{"protocol": "TCP", "port": 443}]},
    ]


def test_the_collector_resolves_names_as_the_services_do(collecting: list[Object]) -> None:
    policies = of_kind(collecting, "NetworkPolicy")

    dns = policies[COLLECTOR]["spec"]["egress"][0]
    assert dns == policies["ragline-gateway"]["spec"]["egress"][0]


def test_an_overlay_names_the_backend_and_pods_follow(
    collecting: list[Object], pod: Object, tmp_path: Path
) -> None:
    given, as_it_is = _config_map(collecting, pod), build(tmp_path, "collector")
    before = of_kind(as_it_is, "Deployment")[COLLECTOR]["spec"]["template"]["spec"]

    assert given["data"]["TRACES_BACKEND"] == BACKEND
    default = urlsplit(_config_map(as_it_is, before)["data"]["TRACES_BACKEND"])
    assert (default.hostname or "").endswith(".monitoring")
    assert default.port == PORT
    assert before["volumes"] != pod["volumes"]  # by the ConfigMap's name, which has its hash


def test_the_collector_runs_as_every_workload_should(collecting: list[Object]) -> None:
    of_every_overlay.test_no_pod_has_more_rights_than_it_needs(collecting)
    of_every_overlay.test_every_root_file_system_is_read_only_but_the_development_broker_s(
        collecting
    )
    of_every_overlay.test_every_container_has_requests_and_limits(collecting)
    of_every_overlay.test_every_image_has_a_tag_that_is_not_latest(collecting)
    of_every_overlay.test_services_find_the_pods_that_they_are_named_after(collecting)
    for kind in ("Deployment", "PodDisruptionBudget"):
        of_every_overlay.test_selectors_find_their_own_pods(collecting, kind)


def test_the_collector_starts_to_collect_garbage_where_it_starts_to_refuse(
    collecting: list[Object], pod: Object
) -> None:
    (made,) = pod["containers"]
    limit_mib = int(made["resources"]["limits"]["memory"].removesuffix("Mi"))
    (garbage,) = (each["value"] for each in made["env"] if each["name"] == "GOMEMLIMIT")
    limiter = _configured(collecting, pod)["processors"]["memory_limiter"]

    assert garbage == f"{limit_mib * limiter['limit_percentage'] // 100}MiB"


def test_the_memory_limiter_is_the_first_to_see_spans(
    collecting: list[Object], pod: Object
) -> None:
    (pipeline,) = _configured(collecting, pod)["service"]["pipelines"].values()

    assert pipeline["processors"][0] == "memory_limiter"


def test_the_image_is_the_version_that_is_tested(pod: Object) -> None:
    (made,) = pod["containers"]

    tested = programs.COLLECTOR[COLLECTOR].version
    assert made["image"] == f"otel/opentelemetry-collector:{tested.removeprefix('v')}"


@pytest.mark.parametrize("order", [1, -1])
def test_the_collector_gets_no_file_that_services_get(
    dev: list[Object], pod: Object, tmp_path: Path, order: int
) -> None:
    assert dev
    components = ["collector", "redis-url-file", "tls-files", "store-url-file"][::order]
    objects = build(tmp_path, *components)
    found = of_kind(objects, "Deployment")[COLLECTOR]["spec"]["template"]["spec"]

    assert [volume["name"] for volume in found["volumes"]] == ["config"]
    assert [each["volumeMounts"] for each in found["containers"]] == [
        each["volumeMounts"] for each in pod["containers"]
    ]


def _config_map(objects: list[Object], pod: Object) -> Object:
    """Return the ConfigMap that the pods mount, and from which they get the backend's address."""
    (made,) = pod["containers"]
    (volume,) = pod["volumes"]
    (address,) = (each for each in made["env"] if each["name"] == "TRACES_BACKEND")
    name = volume["configMap"]["name"]
    assert address["valueFrom"]["configMapKeyRef"] == {"name": name, "key": "TRACES_BACKEND"}
    mapped: Object = of_kind(objects, "ConfigMap")[name]
    return mapped


def _configured(objects: list[Object], pod: Object) -> Any:
    """Return the collector's configuration as its pods have it."""
    return yaml.safe_load(_config_map(objects, pod)["data"]["collector.yaml"])
