"""The compose file: closed to the outside, and the same settings and versions as elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ragline.contracts.topics import Service
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests.inspection import of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.settings_table import Setting
from ragline_cli.stack import weaviate_build
from ragline_ingestor.settings import IngestorSettings

STORES = {"kafka", "weaviate", "redis", "redis-cache"}


@pytest.fixture(scope="module")
def containers(compose: Object) -> dict[str, Object]:
    found: dict[str, Object] = compose["services"]
    return found


def test_the_profile_stack_starts_the_stores_and_all_starts_everything(
    containers: dict[str, Object],
) -> None:
    stack = {name for name, made in containers.items() if "stack" in made["profiles"]}

    assert stack == STORES
    assert set(containers) == STORES | set(Service) | {"topics"}
    assert all("all" in made["profiles"] for made in containers.values())


def test_ports_are_published_on_the_loopback_address_only(containers: dict[str, Object]) -> None:
    published = [port for made in containers.values() for port in made.get("ports", [])]

    assert len(published) == 6
    assert len({port.split(":")[1] for port in published}) == 6
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_weaviate_publishes_nothing_but_its_two_interfaces(
    containers: dict[str, Object],
) -> None:
    inside = {port.rpartition(":")[2] for port in containers["weaviate"]["ports"]}

    assert inside == {"8080", "50051"}


def test_only_those_who_use_weaviate_share_a_network_with_it(
    containers: dict[str, Object],
) -> None:
    network = set(containers["weaviate"]["networks"])
    near = {name for name, made in containers.items() if network & set(made["networks"])}

    assert near == {"weaviate", Service.RETRIEVER, Service.INGESTOR, Service.GATEWAY}


@pytest.mark.parametrize("service", Service)
def test_every_variable_is_a_setting_of_the_service(
    containers: dict[str, Object],
    settings: Mapping[Service, tuple[Setting, ...]],
    service: Service,
) -> None:
    known = {setting.env: setting for setting in settings[service]}
    given = containers[service]["environment"]

    assert set(given) <= set(known)
    for setting in known.values():
        if "localhost" in (setting.default or ""):
            assert setting.env in given


@pytest.mark.parametrize("service", Service)
def test_a_container_may_live_longer_than_it_drains(
    containers: dict[str, Object],
    classes: Mapping[Service, type[ServiceSettings]],
    service: Service,
) -> None:
    grace = float(containers[service]["stop_grace_period"].removesuffix("s"))

    assert grace >= classes[service]().kafka.drain_timeout_s + 10


@pytest.mark.parametrize("service", Service)
def test_a_service_is_built_from_the_one_dockerfile_and_runs_without_rights(
    containers: dict[str, Object], deploy: Path, service: Service
) -> None:
    made = containers[service]

    assert (deploy / made["build"]["context"] / made["build"]["dockerfile"]).is_file()
    assert made["build"]["args"] == {"SERVICE": service}
    assert made["read_only"] is True
    assert made["cap_drop"] == ["ALL"]


def test_claims_are_kept_and_caches_make_room(containers: dict[str, Object]) -> None:
    policies = {
        name: made["command"][made["command"].index("--maxmemory-policy") + 1]
        for name, made in containers.items()
        if name.startswith("redis")
    }
    given = containers[Service.INGESTOR]["environment"]

    assert policies == {"redis": "noeviction", "redis-cache": "allkeys-lfu"}
    assert "//redis:" in given["RAGLINE_REDIS__URL"]
    assert "//redis-cache:" in given["RAGLINE_REDIS__CACHE_URL"]


def test_everything_that_stays_up_has_a_health_check(containers: dict[str, Object]) -> None:
    without = {name for name, made in containers.items() if "healthcheck" not in made}

    assert without == {"topics"}


def test_everything_has_a_memory_limit(containers: dict[str, Object]) -> None:
    assert [name for name, made in containers.items() if "mem_limit" not in made] == []


def test_parsers_that_use_all_their_memory_leave_the_ingestor_its_own(
    containers: dict[str, Object],
) -> None:
    own = IngestorSettings()
    # the retriever has the model alone
    limits = [containers[s]["mem_limit"] for s in (Service.INGESTOR, Service.RETRIEVER)]
    ingestor_gb, retriever_gb = (int(limit.removesuffix("g")) for limit in limits)

    assert (ingestor_gb - retriever_gb) * 1024 >= own.parse_workers * own.parse_memory_mb


def test_stores_keep_their_data_in_named_volumes(
    containers: dict[str, Object], compose: Object
) -> None:
    for name in STORES - {"redis-cache"}:  # which may forget
        (volume,) = containers[name]["volumes"]
        assert volume.partition(":")[0] in compose["volumes"]


def test_services_wait_for_their_topics(containers: dict[str, Object]) -> None:
    for service in Service:
        condition = containers[service]["depends_on"]["topics"]["condition"]
        assert condition == "service_completed_successfully"


def test_versions_are_those_of_the_development_overlay(
    containers: dict[str, Object], dev: list[Object]
) -> None:
    for name, made in of_kind(dev, "StatefulSet").items():
        (container,) = made["spec"]["template"]["spec"]["containers"]
        assert containers[name]["image"] == container["image"]


def test_weaviate_is_the_version_that_is_built_without_docker(
    containers: dict[str, Object],
) -> None:
    tag = containers["weaviate"]["image"].rpartition(":")[2]

    assert f"v{tag}" == weaviate_build.VERSION
