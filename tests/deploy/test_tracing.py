"""The component that sends traces, in an overlay of somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.own_overlay import own_overlay

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import config, environment_problems
from ragline_cli.generated.settings_table import Setting


def test_every_service_sends_traces_and_may_reach_the_collector(
    tmp_path: Path, settings: Mapping[Service, tuple[Setting, ...]]
) -> None:
    objects = own_overlay(tmp_path, base="dev", component="tracing", namespace="ragline-dev")
    assert list(environment_problems(objects, settings)) == []
    for service in Service:
        assert config(objects, service)["RAGLINE_TRACES__ENDPOINT"].startswith("http://")
    (policy,) = (each for each in objects if each["metadata"]["name"] == "ragline-traces")
    assert policy["spec"]["egress"][0]["ports"] == [{"port": 4318, "protocol": "TCP"}]
