from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline.settings import ServiceSettings
from ragline_cli.generated.manifests import kustomize
from ragline_cli.generated.manifests.check import OVERLAYS
from ragline_cli.generated.manifests.inspection import config, secret_keys
from ragline_cli.generated.manifests.metadata import Object
from ragline_cli.generated.settings_table import Setting, load_settings, settings_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def deploy(root: Path) -> Path:
    return root / "deploy"


@pytest.fixture(scope="session")
def classes() -> Mapping[Service, type[ServiceSettings]]:
    return load_settings()


@pytest.fixture(scope="session")
def settings(
    classes: Mapping[Service, type[ServiceSettings]],
) -> Mapping[Service, tuple[Setting, ...]]:
    return {service: settings_of(cls) for service, cls in classes.items()}


@pytest.fixture(scope="session")
def dev(deploy: Path) -> list[Object]:
    return _overlay(deploy, "dev")


@pytest.fixture(scope="session")
def prod(deploy: Path) -> list[Object]:
    return _overlay(deploy, "prod")


@pytest.fixture(scope="session")
def staging(deploy: Path) -> list[Object]:
    return _overlay(deploy, "staging")


@pytest.fixture(scope="session")
def gpu(deploy: Path) -> list[Object]:
    return _overlay(deploy, "gpu")


@pytest.fixture(scope="session")
def complete(deploy: Path) -> list[Object]:
    return _overlay(deploy, "complete")


@pytest.fixture(scope="session", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> list[Object]:
    """The objects that an overlay makes, once for each overlay."""
    made: list[Object] = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="session")
def compose(deploy: Path) -> Object:
    made: Object = yaml.safe_load((deploy / "compose.yaml").read_text())
    return made


@pytest.fixture
def set_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[list[Object], Service], dict[str, str]]:
    """Set and return a service's variables; the password for Kafka is in its Secret."""

    def set_them(objects: list[Object], service: Service) -> dict[str, str]:
        password = [name for name in secret_keys(objects, service) if "__SASL_" in name]
        variables = config(objects, service) | dict.fromkeys(password, "from the secret")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return variables

    return set_them


def _overlay(deploy: Path, name: str) -> list[Object]:
    try:
        kustomize.command()
    except Misconfigured as error:
        if os.environ.get("RAGLINE_TEST_REQUIRE") == "1":
            raise
        pytest.skip(str(error))
    return kustomize.build(deploy / "k8s" / "overlays" / name)
