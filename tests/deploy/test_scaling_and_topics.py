"""KEDA and Strimzi say what the topic registry says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragline.contracts.topics import (
    BY_NAME,
    CONSUMERS,
    RETRIES,
    STAGES,
    TOPICS,
    Service,
    consumer_group,
)
from ragline.settings import KafkaSettings, ServiceSettings
from ragline_classifier.settings import Settings as ClassifierSettings
from ragline_cli.generated.manifests.inspection import config, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.values import LAG_PER_POD

KEDA_MECHANISMS = {
    "PLAIN": "plaintext",
    "SCRAM-SHA-256": "scram_sha256",
    "SCRAM-SHA-512": "scram_sha512",
}


def scaled(objects: list[Object], service: Service) -> Object:
    spec: Object = of_kind(objects, "ScaledObject")[f"ragline-{service}"]["spec"]
    return spec


@pytest.mark.parametrize("service", CONSUMERS)
def test_a_service_scales_on_each_topic_that_it_consumes(
    prod: list[Object], service: Service
) -> None:
    triggers = [trigger["metadata"] for trigger in scaled(prod, service)["triggers"]]

    assert [(t["topic"], t["consumerGroup"]) for t in triggers] == [
        (topic.name, consumer_group(service, topic))
        for topic in TOPICS
        if service in topic.consumers
    ]


def test_the_ingestor_scales_on_documents_access_and_retries(prod: list[Object]) -> None:
    triggers = scaled(prod, Service.INGESTOR)["triggers"]

    assert {trigger["metadata"]["topic"] for trigger in triggers} == {
        "documents",
        "document-access",
        "documents.ocr",
        *(topic.name for topic in RETRIES),
    }


@pytest.mark.parametrize("service", CONSUMERS)
def test_there_are_never_more_pods_than_partitions(prod: list[Object], service: Service) -> None:
    spec = scaled(prod, service)
    topics = [BY_NAME[trigger["metadata"]["topic"]] for trigger in spec["triggers"]]

    assert 0 < spec["minReplicaCount"] < spec["maxReplicaCount"]
    assert spec["maxReplicaCount"] == min(topic.partitions for topic in topics)


@pytest.mark.parametrize("service", STAGES)
def test_a_stage_outlives_a_pod(prod: list[Object], service: Service) -> None:
    assert scaled(prod, service)["minReplicaCount"] >= 2


@pytest.mark.parametrize("service", CONSUMERS)
def test_the_target_is_the_service_s_deployment(prod: list[Object], service: Service) -> None:
    target = scaled(prod, service)["scaleTargetRef"]["name"]

    assert target in of_kind(prod, "Deployment")


@pytest.mark.parametrize("service", CONSUMERS)
def test_records_being_worked_on_ask_for_no_further_pod(
    prod: list[Object], classes: Mapping[Service, type[ServiceSettings]], service: Service
) -> None:
    settings = classes[service]()
    worked_on = (
        settings.admission.concurrency
        if isinstance(settings, ClassifierSettings)
        else settings.kafka.max_in_flight
    )

    for trigger in scaled(prod, service)["triggers"]:
        assert int(trigger["metadata"]["lagThreshold"]) > worked_on


@pytest.mark.parametrize("service", [Service.RETRIEVER, Service.RERANKER, Service.GENERATOR])
def test_what_the_door_leaves_under_way_asks_for_another_pod(
    prod: list[Object], service: Service
) -> None:
    for trigger in scaled(prod, service)["triggers"]:
        window = ClassifierSettings().admission.least_window
        assert int(trigger["metadata"]["lagThreshold"]) < window


def test_records_that_wait_for_their_delay_count_for_less(prod: list[Object]) -> None:
    lag = {
        trigger["metadata"]["topic"]: int(trigger["metadata"]["lagThreshold"])
        for trigger in scaled(prod, Service.INGESTOR)["triggers"]
    }

    assert all(lag[topic.name] > lag["documents"] for topic in RETRIES)


@pytest.mark.parametrize("service", CONSUMERS)
def test_the_autoscaler_reads_the_same_cluster_in_the_same_way(
    prod: list[Object],
    service: Service,
    set_environment: Callable[[list[Object], Service], dict[str, str]],
) -> None:
    set_environment(prod, service)
    kafka: KafkaSettings = ServiceSettings().kafka

    told = config(prod, service)
    for trigger in scaled(prod, service)["triggers"]:
        metadata = trigger["metadata"]
        # KEDA reads the variable from the Deployment
        assert told[metadata["bootstrapServersFromEnv"]] == kafka.bootstrap_servers
        assert (metadata["tls"] == "enable") == kafka.security_protocol.endswith("SSL")
        assert metadata["sasl"] == KEDA_MECHANISMS[kafka.sasl_mechanism]
        assert trigger["authenticationRef"]["name"] in of_kind(prod, "TriggerAuthentication")


@pytest.mark.parametrize("service", CONSUMERS)
def test_a_topic_that_nobody_works_on_asks_for_no_further_pod(
    prod: list[Object], service: Service
) -> None:
    for trigger in scaled(prod, service)["triggers"]:
        assert trigger["metadata"]["excludePersistentLag"] == "true"


@pytest.mark.parametrize("service", CONSUMERS)
def test_scaling_is_calm(prod: list[Object], service: Service) -> None:
    behavior = scaled(prod, service)["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert behavior["scaleUp"]["stabilizationWindowSeconds"] >= 60
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] >= 300
    for direction in behavior.values():
        (policy,) = direction["policies"]
        assert policy["type"] == "Pods"
        assert policy["value"] / policy["periodSeconds"] <= 2 / 60


def test_every_topic_of_the_registry_is_a_resource(prod: list[Object]) -> None:
    made = of_kind(prod, "KafkaTopic")

    assert set(made) == set(BY_NAME)
    for name, topic in made.items():
        assert topic["spec"]["partitions"] == BY_NAME[name].partitions
        assert BY_NAME[name].config.items() <= topic["spec"]["config"].items()
        assert topic["metadata"]["labels"]["strimzi.io/cluster"] == "ragline"


def test_no_tool_that_prunes_removes_a_topic(prod: list[Object]) -> None:
    for topic in of_kind(prod, "KafkaTopic").values():
        annotations = topic["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
        assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


def test_the_page_for_operators_names_the_lag_that_adds_a_pod(root: Path) -> None:
    text = " ".join((root / "deploy/scaling.md").read_text(encoding="utf-8").split())
    assert f"A pod is added for each {LAG_PER_POD} records of lag" in text


def test_production_survives_the_loss_of_a_broker_without_losing_a_record(
    prod: list[Object],
) -> None:
    for topic in of_kind(prod, "KafkaTopic").values():
        assert topic["spec"]["replicas"] == 3
        assert topic["spec"]["config"]["min.insync.replicas"] == "2"


def test_development_needs_no_operator(dev: list[Object]) -> None:
    assert {made["kind"] for made in dev}.isdisjoint({"ScaledObject", "KafkaTopic", "KafkaUser"})
