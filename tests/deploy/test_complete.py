"""The overlay with everything in the cluster: what one part names, another one makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.own_overlay import own_overlay

from ragline.contracts.topics import TOPICS, Service
from ragline_cli.generated.manifests.inspection import config, of_kind
from ragline_cli.generated.manifests.metadata import Object

from .test_network import HTTP, WEAVIATE, admits, ours
from .test_workloads import workloads

_USERS = "users.acl"  # of the one Secret that is mounted whole
_MADE_BY_STRIMZI = "ragline-cluster-ca-cert"
_CONTEXT = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.fixture(scope="module")
def kafka(complete: list[Object]) -> Object:
    return of_kind(complete, "Kafka")["ragline"]


def test_each_secret_that_a_pod_names_is_made_with_its_keys(complete: list[Object]) -> None:
    made = {
        name: {each["secretKey"] for each in external["spec"]["data"]}
        | external["spec"].get("target", {}).get("template", {}).get("data", {}).keys()
        for name, external in of_kind(complete, "ExternalSecret").items()
    }
    made[_MADE_BY_STRIMZI] = {"ca.crt"}

    asked = list(_secrets(complete))

    assert {name for name, _ in asked} == made.keys()
    assert [one for one in asked if one[1] not in made.get(one[0], ())] == []


def _secrets(objects: list[Object]) -> Iterator[tuple[str, str]]:
    """Yield the name and the key of each Secret without which a pod does not start."""
    for made in objects:
        for found in _dicts(made.get("spec", {})):
            if (ref := found.get("secretKeyRef")) and not ref.get("optional"):
                yield ref["name"], ref["key"]
            if (volume := found.get("secret")) and not volume.get("optional"):
                for item in volume.get("items", [{"key": _USERS}]):
                    yield volume["secretName"], item["key"]


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _dicts(each)


def test_services_find_the_kafka_that_is_made(complete: list[Object], kafka: Object) -> None:
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    name, namespace = kafka["metadata"]["name"], kafka["metadata"]["namespace"]
    address = f"{name}-kafka-bootstrap.{namespace}.svc:{listener['port']}"

    assert listener["tls"] is True
    assert listener["authentication"] == {"type": "scram-sha-512"}
    for service in Service:
        assert config(complete, service)["RAGLINE_KAFKA__BOOTSTRAP_SERVERS"] == address


def test_kafka_has_a_broker_for_each_replica(complete: list[Object], kafka: Object) -> None:
    (pool,) = of_kind(complete, "KafkaNodePool").values()
    topics = of_kind(complete, "KafkaTopic").values()

    assert len(topics) == len(TOPICS)
    assert pool["metadata"]["labels"]["strimzi.io/cluster"] == kafka["metadata"]["name"]
    for topic in topics:
        assert topic["metadata"]["labels"]["strimzi.io/cluster"] == kafka["metadata"]["name"]
        assert topic["spec"]["replicas"] <= pool["spec"]["replicas"]


def test_kafka_s_pods_are_admitted_under_the_restricted_profile(kafka: Object) -> None:
    brokers = kafka["spec"]["kafka"]["template"]
    operators = kafka["spec"]["entityOperator"]["template"]

    for template, *containers in (
        (brokers, "kafkaContainer", "initContainer"),
        (operators, "topicOperatorContainer", "userOperatorContainer"),
    ):
        context = template["pod"]["securityContext"]
        assert context == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        for container in containers:
            assert template[container]["securityContext"] == _CONTEXT


def test_what_holds_the_truth_is_not_deleted_with_its_definition(
    complete: list[Object], kafka: Object
) -> None:
    (pool,) = of_kind(complete, "KafkaNodePool").values()

    assert [volume["deleteClaim"] for volume in pool["spec"]["storage"]["volumes"]] == [False]
    assert kafka["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


@pytest.mark.parametrize("service", Service)
def test_services_reach_the_stores(complete: list[Object], service: Service) -> None:
    assert admits(complete, ours(service), ours("redis"), 6379)
    assert admits(complete, ours(service), ours("redis-cache"), 6379)
    if service in {Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY}:
        assert admits(complete, ours(service), WEAVIATE, HTTP)


def test_nothing_that_redis_holds_goes_beyond_its_memory(complete: list[Object]) -> None:
    for made in (
        of_kind(complete, "StatefulSet")["redis"],
        of_kind(complete, "Deployment")["redis-cache"],
    ):
        (container,) = made["spec"]["template"]["spec"]["containers"]
        (most,) = (each["value"] for each in container["env"] if each["name"] == "MAXMEMORY")
        limit = container["resources"]["limits"]["memory"]
        assert int(most.removesuffix("gb")) < int(limit.removesuffix("Gi"))


def test_prometheus_looks_at_the_services_alone(complete: list[Object]) -> None:
    """Weaviate's pods have a port called `http`, too, and would be a stage that is away."""
    (monitor,) = of_kind(complete, "PodMonitor").values()
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (names,) = monitor["spec"]["selector"]["matchExpressions"]
    common = monitor["spec"]["selector"]["matchLabels"].items()

    seen = {
        labels["app.kubernetes.io/name"]
        for _, template in workloads(complete)
        for container in template["spec"]["containers"]
        for port in container.get("ports", ())
        if common <= (labels := template["metadata"]["labels"]).items()
        and labels["app.kubernetes.io/name"] in names["values"]
        and port["name"] == endpoint["port"]
    }

    assert (names["key"], names["operator"]) == ("app.kubernetes.io/name", "In")
    assert seen == set(Service)


def test_no_store_gets_what_other_components_give_to_services(
    complete: list[Object], tmp_path: Path
) -> None:
    (alone,) = of_kind(complete, "Deployment")["redis-cache"]["spec"]["template"]["spec"][
        "containers"
    ]
    both = own_overlay(tmp_path, "redis-url-file", "tls-files", base="dev", namespace="ragline-dev")
    (beside,) = of_kind(both, "Deployment")["redis-cache"]["spec"]["template"]["spec"]["containers"]

    assert beside["volumeMounts"] == alone["volumeMounts"]
