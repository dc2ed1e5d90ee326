"""Variables in the manifests are settings, and the settings that a cluster needs are given."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import pytest

from ragline.contracts.topics import Service
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests.inspection import (
    container,
    environment_problems,
    of_kind,
    pod_fields,
    secret_keys,
)
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.settings_table import Setting

Known = Mapping[Service, tuple[Setting, ...]]


def test_every_variable_is_a_setting_and_none_is_missing(
    overlay: list[Object], settings: Known
) -> None:
    assert list(environment_problems(overlay, settings)) == []


@pytest.mark.parametrize("service", Service)
def test_every_secret_of_a_service_comes_from_a_secret_and_no_other_does(
    overlay: list[Object], settings: Known, service: Service
) -> None:
    expected = {setting.env for setting in settings[service] if setting.secret}

    assert set(secret_keys(overlay, service)) == expected


@pytest.mark.parametrize("service", Service)
def test_who_is_in_a_consumer_group_has_its_pods_name_there(
    overlay: list[Object], service: Service
) -> None:
    told = pod_fields(overlay, service)

    named = {"RAGLINE_KAFKA__GROUP_INSTANCE_ID": "metadata.name"}
    assert told == (named if service is not Service.GATEWAY else {})


@pytest.mark.parametrize("service", Service)
def test_the_service_starts_with_the_environment_that_it_gets(
    overlay: list[Object],
    classes: Mapping[Service, type[ServiceSettings]],
    service: Service,
    set_environment: Callable[[list[Object], Service], dict[str, str]],
) -> None:
    variables = set_environment(overlay, service)

    made = classes[service]()

    assert made.kafka.bootstrap_servers == variables["RAGLINE_KAFKA__BOOTSTRAP_SERVERS"]
    assert made.http.host == "*"
    ports = {port["name"]: port["containerPort"] for port in container(overlay, service)["ports"]}
    assert ports["http"] == made.http.port


def test_a_misspelt_variable_is_found(prod: list[Object], settings: Known) -> None:
    objects = copy.deepcopy(prod)
    _common(objects)["RAGLINE_KAFKA__BOOTSTRAP_SERVER"] = "kafka:9092"

    problems = list(environment_problems(objects, settings))

    assert "retriever: RAGLINE_KAFKA__BOOTSTRAP_SERVER is no setting of this service" in problems


def test_an_address_left_at_localhost_is_found(prod: list[Object], settings: Known) -> None:
    objects = copy.deepcopy(prod)
    del _common(objects)["RAGLINE_KAFKA__BOOTSTRAP_SERVERS"]

    problems = list(environment_problems(objects, settings))

    assert "generator: RAGLINE_KAFKA__BOOTSTRAP_SERVERS must be set" in problems


def test_a_secret_in_a_config_map_is_found(prod: list[Object], settings: Known) -> None:
    objects = copy.deepcopy(prod)
    _common(objects)["RAGLINE_REDIS__URL"] = "redis://:hunter2@redis"

    problems = list(environment_problems(objects, settings))

    assert "reranker: RAGLINE_REDIS__URL is a secret and stands in a ConfigMap" in problems


def test_development_gives_every_secret_that_is_demanded(dev: list[Object]) -> None:
    secrets = of_kind(dev, "Secret")
    ours = [name for name in secrets if name.startswith("ragline-secrets")]
    given = {(name, key) for name in ours for key in secrets[name]["data"]}
    asked = [reference for service in Service for reference in secret_keys(dev, service).values()]
    demanded = {(each["name"], each["key"]) for each in asked if not each["optional"]}

    assert demanded <= given <= {(each["name"], each["key"]) for each in asked}


def test_production_keeps_no_secret_in_the_repository(prod: list[Object]) -> None:
    assert of_kind(prod, "Secret") == {}


def _common(objects: list[Object]) -> dict[str, str]:
    maps = of_kind(objects, "ConfigMap")
    (data,) = [made["data"] for name, made in maps.items() if name.startswith("ragline-common")]
    found: dict[str, str] = data
    return found
