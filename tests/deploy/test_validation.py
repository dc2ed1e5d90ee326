"""The offline validation finds what a cluster would refuse or silently drop."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import deployment, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.validate import (
    Schemas,
    kafka_trigger_problems,
    load_schemas,
    problems,
)


@pytest.fixture(scope="module")
def schemas(deploy: Path) -> Schemas:
    return load_schemas(deploy / "k8s" / "crds")


@pytest.fixture
def scaled(prod: list[Object]) -> Object:
    return copy.deepcopy(of_kind(prod, "ScaledObject")["ragline-ingestor"])


def test_every_custom_kind_in_use_has_a_schema(prod: list[Object], schemas: Schemas) -> None:
    custom = {
        (made["apiVersion"], made["kind"])
        for made in prod
        if made["apiVersion"].split("/")[0] in {"keda.sh", "kafka.strimzi.io"}
    }

    assert len(custom) == 4
    assert custom <= set(schemas)


def test_a_misspelt_field_of_a_custom_resource_is_found(scaled: Object, schemas: Schemas) -> None:
    scaled["spec"]["maxReplicas"] = 3

    (problem,) = problems([scaled], schemas)
    assert "maxReplicas" in problem


def test_a_wrong_type_in_a_custom_resource_is_found(prod: list[Object], schemas: Schemas) -> None:
    topic = copy.deepcopy(of_kind(prod, "KafkaTopic")["queries"])
    topic["spec"]["partitions"] = "24"

    (problem,) = problems([topic], schemas)
    assert problem.startswith("KafkaTopic/queries: $.spec.partitions")


def test_a_misspelt_field_of_a_core_object_is_found(prod: list[Object], schemas: Schemas) -> None:
    made = copy.deepcopy(deployment(prod, Service.RETRIEVER))
    made["spec"]["template"]["spec"]["containers"][0]["livenessprobe"] = {}

    assert problems([made], schemas)


def test_a_kind_that_no_release_knows_is_found(prod: list[Object], schemas: Schemas) -> None:
    made = copy.deepcopy(deployment(prod, Service.RETRIEVER)) | {"kind": "Deploiment"}

    assert problems([made], schemas)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"lagTreshold": "5"}, "unknown parameter lagTreshold"),
        ({"offsetResetPolicy": "newest"}, "offsetResetPolicy must be one of"),
        ({"lagThresholdFromEnv": "LAG"}, "unknown parameter lagThresholdFromEnv"),
    ],
)
def test_parameters_that_the_kafka_scaler_does_not_know_are_found(
    deploy: Path, scaled: Object, change: dict[str, str], expected: str
) -> None:
    scaled["spec"]["triggers"][0]["metadata"] |= change

    (problem,) = kafka_trigger_problems(
        [scaled], deploy / "k8s" / "crds" / "keda-kafka-trigger.json"
    )
    assert expected in problem


def test_a_trigger_without_consumer_group_is_found(deploy: Path, scaled: Object) -> None:
    del scaled["spec"]["triggers"][0]["metadata"]["consumerGroup"]

    (problem,) = kafka_trigger_problems(
        [scaled], deploy / "k8s" / "crds" / "keda-kafka-trigger.json"
    )
    assert "missing parameter consumerGroup" in problem
