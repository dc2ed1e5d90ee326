"""The table of settings is read from the classes, so its names are the names that work."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import Field, SecretStr

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline.settings import Group, KafkaSettings, ServiceSettings
from ragline_cli.generated.manifests.documents import settings_document
from ragline_cli.generated.settings_table import (
    Setting,
    describe_type,
    load_settings,
    merge,
    settings_of,
)


class Engine(Group):
    power: int = Field(3, gt=0, description="horses\n  in all")
    fuel: SecretStr | None = None
    name: str


class Car(ServiceSettings):
    engine: Engine | None = None
    kafka: KafkaSettings = KafkaSettings(max_in_flight=7)


class Road(Group):
    side: str = Field("left", description="left | right")


class Fork(ServiceSettings):
    road: Road = Road()


def by_name(cls: type[ServiceSettings]) -> dict[str, Setting]:
    return {setting.env: setting for setting in settings_of(cls)}


def test_a_setting_has_its_variable_type_default_and_meaning() -> None:
    assert by_name(Car)["RAGLINE_ENGINE__POWER"] == Setting(
        env="RAGLINE_ENGINE__POWER",
        group="engine",
        type="integer > 0",
        default="3",
        required=False,
        secret=False,
        description="horses in all",
    )


def test_a_secret_without_default_is_neither_required_nor_shown() -> None:
    fuel = by_name(Car)["RAGLINE_ENGINE__FUEL"]

    assert (fuel.secret, fuel.required, fuel.default) == (True, False, None)


def test_a_setting_without_default_is_required() -> None:
    assert by_name(Car)["RAGLINE_ENGINE__NAME"].required


def test_the_default_is_the_one_that_the_service_gives_to_the_group() -> None:
    assert by_name(Car)["RAGLINE_KAFKA__MAX_IN_FLIGHT"].default == "7"


def test_services_with_different_defaults_have_a_row_each() -> None:
    users = merge({Service.RETRIEVER: ServiceSettings, Service.RERANKER: Car})

    rows = {
        setting.default: services
        for setting, services in users.items()
        if setting.env == "RAGLINE_KAFKA__MAX_IN_FLIGHT"
    }
    assert rows == {"32": (Service.RETRIEVER,), "7": (Service.RERANKER,)}


@pytest.mark.parametrize("service", Service)
def test_each_name_and_default_is_understood_by_the_service_itself(
    classes: Mapping[Service, type[ServiceSettings]],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cls = classes[service]
    expected = cls()
    given = {s.env: s.default for s in settings_of(cls) if s.default is not None}
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert len(given) > 20
    assert cls() == expected


@pytest.mark.parametrize("service", Service)
def test_each_setting_says_what_it_means(
    classes: Mapping[Service, type[ServiceSettings]], service: Service
) -> None:
    silent = [s.env for s in settings_of(classes[service]) if not s.description]

    assert silent == []


@pytest.mark.parametrize("service", Service)
def test_a_name_that_is_not_in_the_table_is_refused_in_its_group(
    classes: Mapping[Service, type[ServiceSettings]],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    groups = {setting.group for setting in settings_of(classes[service])}
    for group in groups:
        with monkeypatch.context() as patch:
            patch.setenv(f"RAGLINE_{group.upper()}__INVENTED", "1")
            with pytest.raises(ValueError, match="invented"):
                classes[service]()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "integer ≥ 0, ≤ 9"),
        ({"enum": ["a", "b"]}, "`a` or `b`"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number"),
        ({"type": "array", "items": {"type": "string"}}, "JSON list"),
    ],
)
def test_types_are_told_in_a_few_words(schema: dict[str, object], words: str) -> None:
    assert describe_type(schema) == words


def test_a_service_that_is_not_installed_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name, name=name)

    monkeypatch.setattr("ragline_cli.generated.settings_table.importlib.import_module", missing)

    with pytest.raises(Misconfigured, match="make setup"):
        load_settings()


def test_a_bar_in_a_meaning_does_not_break_the_table() -> None:
    document = settings_document({Service.RETRIEVER: Fork})

    (line,) = [row for row in document.splitlines() if "RAGLINE_ROAD__SIDE" in row]
    assert r"left \| right" in line
