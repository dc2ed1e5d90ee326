"""Two overlays in one cluster share nothing: what they name lies in their own namespaces."""

from __future__ import annotations

import copy

import pytest

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import address_problems, config, of_kind
from ragline_cli.generated.manifests.metadata import Object

# the only kinds that lie in no namespace
_CLUSTER_WIDE = {"Namespace"}


def test_every_object_lies_in_the_overlay_s_namespace(overlay: list[Object]) -> None:
    (own,) = of_kind(overlay, "Namespace")

    for made in overlay:
        if made["kind"] not in _CLUSTER_WIDE:
            assert made["metadata"]["namespace"] == own


def test_no_overlay_has_the_namespace_of_another(
    prod: list[Object], staging: list[Object], dev: list[Object]
) -> None:
    found = {name for made in (prod, staging, dev) for name in of_kind(made, "Namespace")}

    assert found == {"ragline", "ragline-staging", "ragline-dev"}


@pytest.mark.parametrize("service", Service)
def test_staging_has_a_kafka_of_its_own(
    prod: list[Object], staging: list[Object], service: Service
) -> None:
    name = "RAGLINE_KAFKA__BOOTSTRAP_SERVERS"

    assert config(prod, service)[name] == "ragline-kafka-bootstrap.ragline.svc:9093"
    assert config(staging, service)[name] == "ragline-kafka-bootstrap.ragline-staging.svc:9093"


def test_no_overlay_names_an_address_in_another_namespace(overlay: list[Object]) -> None:
    assert list(address_problems(overlay)) == []


def test_an_address_that_was_left_in_a_copied_overlay_is_found(prod: list[Object]) -> None:
    copied = copy.deepcopy(prod)
    for made in copied:
        made["metadata"]["namespace"] = "ragline-copy"

    (problem,) = address_problems(copied)
    assert "BOOTSTRAP_SERVERS is an address in ragline, not in the overlay's" in problem
