"""Pods: probes that exist, time to drain, no rights, and calm roll-outs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.routing import Route

from ragline.contracts.topics import Service
from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.observability.probes import make_app
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests.inspection import config, container, deployment, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_ingestor.settings import IngestorSettings

_WITH_PODS = ("Deployment", "StatefulSet", "Job")


def workloads(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    for made in objects:
        name = f"{made['kind']}/{made['metadata']['name']}"
        if made["kind"] in _WITH_PODS:
            yield name, made["spec"]["template"]
        elif made["kind"] == "CronJob":
            yield name, made["spec"]["jobTemplate"]["spec"]["template"]


def matching(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return selector.items() <= labels.items()


@pytest.fixture(scope="module")
def served() -> set[str]:
    routes = make_app(Health(), Metrics()).routes
    return {route.path for route in routes if isinstance(route, Route)}


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize(
    ("probe", "path"),
    [
        ("startupProbe", "/health/live"),
        ("livenessProbe", "/health/live"),
        ("readinessProbe", "/health/ready"),
    ],
)
def test_probes_ask_paths_that_the_service_serves(
    overlay: list[Object], served: set[str], service: Service, probe: str, path: str
) -> None:
    request = container(overlay, service)[probe]["httpGet"]

    assert request == {"path": path, "port": "http"}
    assert path in served


@pytest.mark.parametrize("service", Service)
def test_metrics_are_scraped_where_they_are_served(
    overlay: list[Object], served: set[str], service: Service
) -> None:
    made = of_kind(overlay, "Service")[f"ragline-{service}"]
    annotations = made["metadata"]["annotations"]
    ports = {port["name"]: port["containerPort"] for port in container(overlay, service)["ports"]}

    assert annotations["prometheus.io/path"] in served
    assert annotations["prometheus.io/port"] == str(ports["http"])
    assert made["spec"]["clusterIP"] == "None"


@pytest.mark.parametrize("service", Service)
def test_a_pod_may_live_longer_than_it_drains(
    overlay: list[Object], classes: Mapping[Service, type[ServiceSettings]], service: Service
) -> None:
    kafka = classes[service]().kafka
    pod = deployment(overlay, service)["spec"]["template"]["spec"]
    lifecycle = container(overlay, service).get("lifecycle")
    before_s = lifecycle["preStop"]["sleep"]["seconds"] if lifecycle else 0

    left_s = pod["terminationGracePeriodSeconds"] - before_s
    assert left_s >= kafka.drain_timeout_s + kafka.revoke_wait_s + 5


@pytest.mark.parametrize("service", Service)
def test_a_roll_out_adds_one_consumer_before_it_takes_one(
    overlay: list[Object], service: Service
) -> None:
    spec = deployment(overlay, service)["spec"]

    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert spec["minReadySeconds"] > 0


@pytest.mark.parametrize("service", Service)
def test_the_autoscaler_alone_owns_the_number_of_pods(prod: list[Object], service: Service) -> None:
    assert "replicas" not in deployment(prod, service)["spec"]


def test_no_pod_has_more_rights_than_it_needs(overlay: list[Object]) -> None:
    for name, template in workloads(overlay):
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for made in pod["containers"]:
            context = made["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name


def test_every_root_file_system_is_read_only_but_the_development_broker_s(
    overlay: list[Object],
) -> None:
    writable = {
        name
        for name, template in workloads(overlay)
        for made in template["spec"]["containers"]
        if not made["securityContext"].get("readOnlyRootFilesystem")
    }

    assert writable <= {"StatefulSet/kafka"}


def test_every_container_has_requests_and_limits(overlay: list[Object]) -> None:
    for name, template in workloads(overlay):
        for made in template["spec"]["containers"]:
            for bound in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(made["resources"][bound]), name


def test_every_image_has_a_tag_that_is_not_latest(overlay: list[Object]) -> None:
    images = [m["image"] for _, t in workloads(overlay) for m in t["spec"]["containers"]]

    assert len(images) >= len(Service)
    for image in images:
        tag = image.rpartition("/")[2].partition(":")[2]
        assert tag not in {"", "latest"}, image


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "PodDisruptionBudget"])
def test_selectors_find_their_own_pods(overlay: list[Object], kind: str) -> None:
    labels = {name: template["metadata"]["labels"] for name, template in workloads(overlay)}
    for name, made in of_kind(overlay, kind).items():
        selector = made["spec"]["selector"]["matchLabels"]
        found = [pod for pod, own in labels.items() if matching(selector, own)]
        assert [pod.partition("/")[2] for pod in found] == [name]


def test_services_find_the_pods_that_they_are_named_after(overlay: list[Object]) -> None:
    for name, made in of_kind(overlay, "Service").items():
        found = [
            template
            for _, template in workloads(overlay)
            if matching(made["spec"]["selector"], template["metadata"]["labels"])
        ]
        ports = {p["name"] for t in found for c in t["spec"]["containers"] for p in c["ports"]}
        assert len(found) == 1, name
        assert {port["targetPort"] for port in made["spec"]["ports"]} <= ports


@pytest.mark.parametrize("service", Service)
def test_each_service_has_its_own_account_without_a_token(
    overlay: list[Object], service: Service
) -> None:
    name = deployment(overlay, service)["spec"]["template"]["spec"]["serviceAccountName"]

    assert name == f"ragline-{service}"
    assert of_kind(overlay, "ServiceAccount")[name]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("service", Service)
def test_mounted_volumes_exist(overlay: list[Object], service: Service) -> None:
    pod: dict[str, Any] = deployment(overlay, service)["spec"]["template"]["spec"]
    mounted = {mount["name"] for mount in container(overlay, service)["volumeMounts"]}

    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_parsers_that_use_all_their_memory_leave_the_ingestor_its_own(
    overlay: list[Object],
) -> None:
    limit = container(overlay, Service.INGESTOR)["resources"]["limits"]["memory"]
    retriever = container(overlay, Service.RETRIEVER)["resources"]["limits"]["memory"]
    own = IngestorSettings()

    # the retriever has the model alone
    parsers_mb = own.parse_workers * own.parse_memory_mb
    beside_mb = (int(limit.removesuffix("Gi")) - int(retriever.removesuffix("Gi"))) * 1024
    assert beside_mb >= parsers_mb


@pytest.mark.parametrize("service", Service)
def test_whatever_has_a_gpu_has_torch_and_a_model_that_uses_it(
    gpu: list[Object], service: Service
) -> None:
    made = container(gpu, service)
    on_gpu = service in {Service.INGESTOR, Service.RETRIEVER, Service.RERANKER}

    assert ("nvidia.com/gpu" in made["resources"]["limits"]) is on_gpu
    assert made["image"].endswith("-torch") is on_gpu


def test_what_is_asked_and_what_is_indexed_is_embedded_by_one_model(gpu: list[Object]) -> None:
    models = {
        config(gpu, service)["RAGLINE_EMBEDDING__MODEL"]
        for service in (Service.INGESTOR, Service.RETRIEVER)
    }

    assert len(models) == 1


@pytest.mark.parametrize("service", Service)
def test_pods_of_a_service_spread_over_zones_and_nodes(
    overlay: list[Object], service: Service
) -> None:
    spec = deployment(overlay, service)["spec"]["template"]["spec"]

    over = [each["topologyKey"] for each in spec["topologySpreadConstraints"]]
    assert over == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
