"""The component that lets ingestion scale to zero, in an overlay of somebody's own."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from tests.own_overlay import own_overlay

from ragline.contracts.topics import Service, consumed_by
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.validate import kafka_trigger_problems, load_schemas, problems

INGESTOR = "ragline-ingestor"


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory, prod: list[Object]) -> list[Object]:
    """Production with the component; `prod` skips where kustomize is missing."""
    folder = tmp_path_factory.mktemp("overlay")
    return own_overlay(folder, "ingest-to-zero", base="prod", namespace="ragline")


@pytest.fixture
def scaled(objects: list[Object]) -> Object:
    found: Object = of_kind(objects, "ScaledObject")[INGESTOR]["spec"]
    return found


def test_the_ingestor_goes_down_to_no_pods(scaled: Object) -> None:
    assert scaled["minReplicaCount"] == 0


def test_the_first_record_of_any_of_its_topics_wakes_it(scaled: Object) -> None:
    triggers = [trigger["metadata"] for trigger in scaled["triggers"]]

    assert [each["topic"] for each in triggers] == [
        topic.name for topic in consumed_by(Service.INGESTOR)
    ]
    for each in triggers:
        assert each["activationLagThreshold"] == "0"
        # what was published before the group's first commit, or after Kafka forgot it, counts
        assert each["offsetResetPolicy"] == "earliest"
        assert "scaleToZeroOnInvalidOffset" not in each


def test_two_looks_at_an_offset_are_a_polling_interval_apart(scaled: Object) -> None:
    assert all(trigger["useCachedMetrics"] for trigger in scaled["triggers"])


def test_an_error_in_reading_the_lag_does_not_put_it_to_sleep(scaled: Object) -> None:
    assert scaled["fallback"]["replicas"] == 1
    assert scaled["fallback"]["behavior"] == "currentReplicasIfHigher"


def test_nothing_else_changes(prod: list[Object], objects: list[Object]) -> None:
    changed = copy.deepcopy(objects)
    spec = of_kind(changed, "ScaledObject")[INGESTOR]["spec"]
    before = of_kind(prod, "ScaledObject")[INGESTOR]["spec"]
    spec["minReplicaCount"] = before["minReplicaCount"]
    spec["fallback"]["replicas"] = before["fallback"]["replicas"]
    for trigger in spec["triggers"]:
        del trigger["metadata"]["activationLagThreshold"], trigger["useCachedMetrics"]

    assert changed == prod


def test_a_cluster_accepts_it(objects: list[Object], deploy: Path) -> None:
    crds = deploy / "k8s" / "crds"

    assert problems(objects, load_schemas(crds)) == []
    assert kafka_trigger_problems(objects, crds / "keda-kafka-trigger.json") == []
