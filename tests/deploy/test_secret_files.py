"""The components that mount certificates, a token and a URL, in an overlay of somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.own_overlay import own_overlay

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import (
    config,
    container,
    deployment,
    environment_problems,
)
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.settings_table import Setting

SEARCHING = {Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY}
COMPONENTS = ("tls-files", "store-url-file", "kafka-token")
FILE = "RAGLINE_VECTOR_STORE__URL_FILE"


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    folder = tmp_path_factory.mktemp("overlay")
    return own_overlay(folder, *COMPONENTS, base="prod", namespace="ragline")


def test_every_variable_is_a_setting(
    objects: list[Object], settings: Mapping[Service, tuple[Setting, ...]]
) -> None:
    assert list(environment_problems(objects, settings)) == []


@pytest.mark.parametrize("service", Service)
def test_a_service_gets_the_files_of_what_it_connects_to(
    objects: list[Object], service: Service
) -> None:
    mounted = {
        each["name"]: each["mountPath"] for each in container(objects, service)["volumeMounts"]
    }
    secrets = {
        each["name"]: each["secret"]["secretName"]
        for each in deployment(objects, service)["spec"]["template"]["spec"]["volumes"]
        if "secret" in each
    }
    assert mounted["redis-tls"] == "/etc/ragline/redis-tls"
    assert secrets["redis-tls"] == "ragline-redis-tls"
    searches = service in SEARCHING
    assert ("store-tls" in mounted, "store-url" in mounted) == (searches, searches)
    assert config(objects, service).get(FILE) == ("/etc/ragline/store/url" if searches else None)


@pytest.mark.parametrize("service", Service)
def test_a_service_shows_kafka_the_token_of_its_own_account(
    objects: list[Object], service: Service
) -> None:
    variables = config(objects, service)
    assert variables["RAGLINE_KAFKA__SASL_MECHANISM"] == "OAUTHBEARER"
    token = Path(variables["RAGLINE_KAFKA__SASL_TOKEN_FILE"])
    pod = deployment(objects, service)["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == f"ragline-{service}"
    (source,) = next(v for v in pod["volumes"] if v["name"] == "kafka-token")["projected"][
        "sources"
    ]
    assert source["serviceAccountToken"]["path"] == token.name
    mounts = container(objects, service)["volumeMounts"]
    assert {"kafka-token": str(token.parent)}.items() <= {
        each["name"]: each["mountPath"] for each in mounts
    }.items()
