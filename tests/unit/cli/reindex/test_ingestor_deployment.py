"""The ingestors of a further index run as the others do, in a Deployment of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ragline.errors import Misconfigured
from ragline_cli.reindex.ingestor_deployment import deployment_for

MANIFEST = Path(__file__).parents[4] / "deploy" / "k8s" / "base" / "generated" / "ingestor.yaml"


def ours() -> dict[str, Any]:
    """Return the generated Deployment, as a cluster tells it."""
    (found,) = [
        each for each in yaml.safe_load_all(MANIFEST.read_text()) if each["kind"] == "Deployment"
    ]
    found["metadata"] |= {"uid": "1", "resourceVersion": "2"}
    return {**found, "status": {"replicas": 3}}


def test_it_has_the_image_and_settings_of_the_others_and_fills_its_index() -> None:
    given = ours()
    made = deployment_for(json.dumps(given), "new")
    (before,) = given["spec"]["template"]["spec"]["containers"]
    (after,) = made["spec"]["template"]["spec"]["containers"]
    assert after["env"] == [*before["env"], {"name": "RAGLINE_INGESTOR__INDEX", "value": "new"}]
    assert {**after, "env": 0} == {**before, "env": 0}
    assert made["metadata"]["name"] == given["metadata"]["name"] + "-new"
    assert not {"uid", "resourceVersion"} & made["metadata"].keys()
    assert "status" not in made


def test_its_selector_is_its_own_and_its_pods_have_the_labels_of_network_policies() -> None:
    given = ours()
    made = deployment_for(json.dumps(given), "new")
    wanted = made["spec"]["selector"]["matchLabels"]
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert wanted.items() <= labels.items()
    assert not wanted.items() <= given["spec"]["template"]["metadata"]["labels"].items()
    assert given["spec"]["template"]["metadata"]["labels"].items() <= labels.items()


def test_one_for_another_index_can_be_made_from_it() -> None:
    new = deployment_for(json.dumps(ours()), "new")
    next_one = deployment_for(json.dumps(new), "next")
    assert next_one == deployment_for(json.dumps(ours()), "next")


def test_it_has_a_pod_also_where_the_others_are_scaled_to_zero() -> None:
    given = ours()
    assert deployment_for(json.dumps(given), "new")["spec"]["replicas"] == 1
    for count, wanted in ((0, 1), (3, 3)):
        given["spec"]["replicas"] = count
        assert deployment_for(json.dumps(given), "new")["spec"]["replicas"] == wanted


@pytest.mark.parametrize("given", ["", "[]", "{}", '{"kind": "List", "items": []}'])
def test_anything_else_is_refused_with_the_command_that_works(given: str) -> None:
    with pytest.raises(Misconfigured, match="kubectl get deployment ragline-ingestor -o json"):
        deployment_for(given, "new")


def test_a_deployment_is_not_made_for_the_index_that_it_fills() -> None:
    with pytest.raises(Misconfigured, match="already"):
        deployment_for(json.dumps(deployment_for(json.dumps(ours()), "new")), "new")
