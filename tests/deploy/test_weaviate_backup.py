"""The component that backs Weaviate up, in an overlay of somebody's own."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from tests.deploy.test_network import GRPC, HTTP, WEAVIATE, admits, ours
from tests.own_overlay import own_overlay

from ragline.contracts.topics import Service
from ragline_cli.generated.manifests.inspection import address_problems, of_kind
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.validate import load_schemas, problems

NAME = "weaviate-backup"
JOB = ours(NAME)


@pytest.fixture(scope="module")
def component(deploy: Path) -> Path:
    return deploy / "k8s" / "components" / NAME


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME},
        "data": {"BACKUP_S3_BUCKET": "ours"},
    }
    return own_overlay(
        tmp_path_factory.mktemp("overlay"),
        NAME,
        base="dev",
        namespace="ragline-dev",
        patches=[{"patch": yaml.safe_dump(settings)}],
        images=[{"name": "ragline/cli", "newTag": "mine"}],
    )


@pytest.fixture(scope="module")
def pod(objects: list[Object]) -> Object:
    job = of_kind(objects, "CronJob")[NAME]["spec"]["jobTemplate"]["spec"]
    assert job["template"]["metadata"]["labels"] == JOB
    made: Object = job["template"]["spec"]
    return made


@pytest.fixture(scope="module")
def container(pod: Object) -> Object:
    (only,) = pod["containers"]
    made: Object = only
    return made


def config_map(objects: list[Object], name: str) -> Object:
    """Return what the ConfigMap `name`, of which an object holds the name with its hash, has."""
    data: Object = of_kind(objects, "ConfigMap")[name]["data"]
    return data


def test_a_cluster_takes_it(objects: list[Object], deploy: Path) -> None:
    assert problems(objects, load_schemas(deploy / "k8s" / "crds")) == []
    assert list(address_problems(objects)) == []


def test_it_runs_once_at_a_time_and_ends(objects: list[Object]) -> None:
    made = of_kind(objects, "CronJob")[NAME]["spec"]
    job = made["jobTemplate"]["spec"]

    assert (made["concurrencyPolicy"], made["timeZone"]) == ("Forbid", "Etc/UTC")
    assert job["activeDeadlineSeconds"] > 0
    assert job["backoffLimit"] > 0


def test_the_pod_has_no_rights(pod: Object, container: Object) -> None:
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for kind in ("requests", "limits"):
        assert set(container["resources"][kind]) == {"cpu", "memory"}


def test_it_runs_the_file_in_the_image_of_the_commands(
    objects: list[Object], component: Path, pod: Object, container: Object
) -> None:
    (volume,) = pod["volumes"]
    script = config_map(objects, volume["configMap"]["name"])["backup.py"]
    (mount,) = container["volumeMounts"]

    assert container["image"] == "ragline/cli:mine"
    assert container["command"] == ["python", f"{mount['mountPath']}/backup.py"]
    assert script == (component / "backup.py").read_text(encoding="utf-8")


def test_weaviate_is_told_the_overlay_s_bucket_and_keeps_its_own_variables(
    dev: list[Object], objects: list[Object]
) -> None:
    before, after = (
        of_kind(each, "StatefulSet")["weaviate"]["spec"]["template"]["spec"]["containers"][0]
        for each in (dev, objects)
    )
    variables = {each.pop("name"): each for each in after["env"]}
    maps = {
        name: config_map(objects, key["name"])[key["key"]]
        for name, each in variables.items()
        if (key := each.get("valueFrom", {}).get("configMapKeyRef"))
    }

    assert {each["name"] for each in before["env"]} < variables.keys()
    assert variables["ENABLE_MODULES"] == {"value": "backup-s3"}
    assert maps == {
        "BACKUP_S3_BUCKET": "ours",
        "BACKUP_S3_ENDPOINT": "s3.amazonaws.com",
        "BACKUP_S3_USE_SSL": "true",
        "AWS_REGION": "us-east-1",
    }
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        key = variables[name]["valueFrom"]["secretKeyRef"]
        assert key == {"name": NAME, "key": name}
    assert after["securityContext"] == before["securityContext"]


def test_the_job_reaches_weaviate_s_api_and_nothing_else(objects: list[Object]) -> None:
    assert admits(objects, JOB, WEAVIATE, HTTP)
    assert not admits(objects, JOB, WEAVIATE, GRPC)
    for name, port in (("kafka", 9092), ("redis", 6379), ("redis-cache", 6379)):
        assert not admits(objects, JOB, ours(name), port)
    policy = of_kind(objects, "NetworkPolicy")["ragline-weaviate-backup"]["spec"]
    dns, api = policy["egress"]
    assert {each["port"] for each in dns["ports"]} == {53}
    assert api["to"] == [{"podSelector": {"matchLabels": WEAVIATE}}]


@pytest.mark.parametrize("source", [WEAVIATE, *(ours(each) for each in Service)])
def test_nobody_reaches_the_job(objects: list[Object], source: dict[str, str]) -> None:
    assert not admits(objects, source, JOB, HTTP)


@pytest.mark.parametrize("service", Service)
def test_who_else_reaches_weaviate_stays_the_same(
    dev: list[Object], objects: list[Object], service: Service
) -> None:
    for port in (HTTP, GRPC):
        before = admits(dev, ours(service), WEAVIATE, port)
        assert admits(objects, ours(service), WEAVIATE, port) is before
    assert not admits(objects, {"app": "stranger"}, WEAVIATE, HTTP)


def test_weaviate_reaches_a_bucket_and_not_the_cloud_s_metadata(objects: list[Object]) -> None:
    assert admits(objects, WEAVIATE, {"app": "minio"}, 9000)
    assert not admits(objects, WEAVIATE, ours("redis"), 6379)
    policy = of_kind(objects, "NetworkPolicy")["ragline-weaviate-bucket"]["spec"]
    (outside,) = [rule for rule in policy["egress"] if "ipBlock" in rule["to"][0]]
    assert outside["ports"] == [{"protocol": "TCP", "port": 443}]
    (excepted,) = outside["to"][0]["ipBlock"]["except"]
    assert ip_address("169.254.169.254") in ip_network(excepted)
