"""All generated files: their content, writing them, and finding the stale ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ragline.contracts.topics import CONSUMERS, Service
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests import exposure, front_door
from ragline_cli.generated.manifests.autoscaling import (
    scaled_object,
    scaler_account,
    to_zero,
    trigger_authentication,
)
from ragline_cli.generated.manifests.commands_user import commands_user
from ragline_cli.generated.manifests.documents import settings_document, topics_document
from ragline_cli.generated.manifests.environment import checked, config_name, own_settings
from ragline_cli.generated.manifests.kafka_topics import kafka_topics
from ragline_cli.generated.manifests.kafka_users import kafka_users
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.manifests.network import policies
from ragline_cli.generated.manifests.values import COMMON_CONFIG, COMMON_SETTINGS, STRIMZI_SETTINGS
from ragline_cli.generated.manifests.workload import deployment
from ragline_cli.generated.monitoring.alerts import alerts
from ragline_cli.generated.monitoring.dashboards import DASHBOARDS
from ragline_cli.generated.monitoring.panels import to_json
from ragline_cli.generated.monitoring.prometheus_rule import pod_monitor, prometheus_rule
from ragline_cli.generated.settings_table import Setting, load_settings, settings_of

_HEADER = "# Made by `ragline manifests render`; do not edit.\n"
_BASE = Path("deploy/k8s/base/generated")
_COMPONENTS = Path("deploy/k8s/components")
_BOARDS = _COMPONENTS / "monitoring/dashboards"
_FOLDERS = (_BASE, _BOARDS)
_STRING = "tag:yaml.org,2002:str"

Files = dict[Path, str]


class _Dumper(yaml.SafeDumper):
    """Writes no anchors: a value used twice is written twice, as in hand-written manifests."""

    yaml_multi_representers: ClassVar = {
        **yaml.SafeDumper.yaml_multi_representers,
        StrEnum: lambda dumper, value: dumper.represent_scalar(_STRING, str(value)),
    }

    def ignore_aliases(self, data: Any) -> bool:
        return True


def render(settings: Mapping[Service, type[ServiceSettings]] | None = None) -> Files:
    """Return every generated file by its path from the root of the repository.

    Raises:
        Misconfigured: a service is not installed, or a setting named here does not exist.
    """
    classes = load_settings() if settings is None else settings
    known = {service: settings_of(cls) for service, cls in classes.items()}
    return {
        **_base(known),
        _COMPONENTS / "keda/generated.yaml": to_yaml(_scaling()),
        _COMPONENTS / "ingest-to-zero/generated.yaml": to_yaml([to_zero(Service.INGESTOR)]),
        _COMPONENTS / "hpa/generated.yaml": to_yaml([front_door.autoscaler()]),
        _COMPONENTS / "monitoring/generated.yaml": to_yaml(
            [pod_monitor(), prometheus_rule(alerts())]
        ),
        **{_BOARDS / f"{each.name}.json": to_json(each) for each in DASHBOARDS},
        _COMPONENTS / "strimzi/generated.yaml": to_yaml([*kafka_topics(), *kafka_users()]),
        _COMPONENTS / "kafka-commands/generated.yaml": to_yaml([commands_user()]),
        _COMPONENTS / "strimzi/kafka.env": _env(
            checked(STRIMZI_SETTINGS, settings_of(ServiceSettings))
        ),
        Path("docs/settings.md"): settings_document(classes),
        Path("docs/topics.md"): topics_document(),
    }


def stale(root: Path, files: Files) -> list[Path]:
    """Return the paths whose committed text differs from `files`, including missing and surplus."""
    differing = [path for path, text in files.items() if _read(root / path) != text]
    return sorted({*differing, *_surplus(root, files)})


def write(root: Path, files: Files) -> list[Path]:
    """Write what is stale, remove what is no longer generated, and return what changed."""
    changed = stale(root, files)
    for path in changed:
        target = root / path
        if path in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(files[path], encoding="utf-8")
        else:
            target.unlink()
    return changed


def to_yaml(objects: Iterable[Object | list[Object]]) -> str:
    """Return the objects, or patches, as one YAML stream with the notice on top."""
    text: str = yaml.dump_all(
        objects, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True
    )
    return _HEADER + text


def _base(known: Mapping[Service, tuple[Setting, ...]]) -> Files:
    files = {
        _BASE / f"{service}.yaml": to_yaml(_workload(service, settings))
        for service, settings in known.items()
    }
    files[_BASE / "network-policies.yaml"] = to_yaml(policies(known))
    resources = sorted(path.name for path in files)
    files[_BASE / "common.env"] = _env(checked(COMMON_SETTINGS, settings_of(ServiceSettings)))
    for service, settings in known.items():
        files[_BASE / f"{service}.env"] = _env(own_settings(service, settings))
    files[_BASE / "kustomization.yaml"] = to_yaml([_kustomization(resources, known)])
    return files


def _workload(service: Service, settings: Iterable[Setting]) -> list[Object]:
    called = [front_door.api_service()] if service is Service.GATEWAY else []
    return [
        exposure.service_account(service),
        exposure.metrics_service(service),
        *called,
        exposure.disruption_budget(service),
        deployment(service, settings),
    ]


def _scaling() -> list[Object]:
    scaled = (scaled_object(service) for service in CONSUMERS)
    return [scaler_account(), trigger_authentication(), *scaled]


def _kustomization(resources: list[str], services: Iterable[Service]) -> Object:
    """Return the kustomization. Its ConfigMap names carry a hash, so a change restarts the pods."""
    maps = [(COMMON_CONFIG, "common.env")]
    maps += [(config_name(service), f"{service}.env") for service in services]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        "configMapGenerator": [{"name": name, "envs": [file]} for name, file in maps],
    }


def _env(values: Mapping[str, str]) -> str:
    return _HEADER + "".join(f"{name}={value}\n" for name, value in values.items())


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _surplus(root: Path, files: Files) -> Iterable[Path]:
    for folder in _FOLDERS:
        for path in sorted((root / folder).glob("*")):
            if path.relative_to(root) not in files:
                yield path.relative_to(root)
