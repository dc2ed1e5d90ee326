"""The component that sends traces, in an overlay of somebody's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.inspection import config, environment_problems
from ragline_cli.generated.settings_table import Setting


def test_every_service_sends_traces_and_may_reach_the_collector(
    deploy: Path, tmp_path: Path, settings: Mapping[Service, tuple[Setting, ...]]
) -> None:
    k8s = Path(os.path.relpath(deploy / "k8s", tmp_path))
    own = {
        "resources": [str(k8s / "overlays" / "dev")],
        "components": [str(k8s / "components" / "tracing")],
        "namespace": "ragline-dev",
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(own))
    objects = kustomize.build(tmp_path)
    assert list(environment_problems(objects, settings)) == []
    for service in Service:
        assert config(objects, service)["RAGLINE_TRACES__ENDPOINT"].startswith("http://")
    (policy,) = (each for each in objects if each["metadata"]["name"] == "ragline-traces")
    assert policy["spec"]["egress"][0]["ports"] == [{"port": 4318, "protocol": "TCP"}]
