"""Every setting of every service, read from the settings classes themselves.

The environment variables in manifests and the table in `docs/settings.md` are generated from this,
so neither can name a setting that does not exist.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ragline.contracts.topics import Service
from ragline.errors import Misconfigured
from ragline.settings import ServiceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One environment variable. `default` is null if there is none; `required`: it must be set."""

    env: str
    group: str
    type: str
    default: str | None
    required: bool
    secret: bool
    description: str


def load_settings() -> dict[Service, type[ServiceSettings]]:
    """Return the settings class of each service, without importing its adapters or models.

    Raises:
        Misconfigured: a service is not installed, or has no single settings class.
    """
    return {service: _settings_class(service) for service in Service}


def _settings_class(service: Service) -> type[ServiceSettings]:
    name = f"ragline_{service}.settings"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Misconfigured(f"{error.name} is not installed here; run `make setup`") from error
    found = list(_classes_of(module))
    if len(found) != 1:
        raise Misconfigured(f"{name} must define one ServiceSettings class, not {len(found)}")
    return found[0]


def _classes_of(module: ModuleType) -> Iterator[type[ServiceSettings]]:
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, ServiceSettings)
            and value.__module__ == module.__name__
        ):
            yield value


def settings_of(settings: type[ServiceSettings]) -> tuple[Setting, ...]:
    """Return every setting that `settings` reads from the environment, in its own order."""
    prefix = settings.model_config.get("env_prefix", "")
    schema = settings.model_json_schema()
    return tuple(_walk(settings, prefix, schema, schema, PydanticUndefined, ""))


def merge(
    settings: Mapping[Service, type[ServiceSettings]],
) -> dict[Setting, tuple[Service, ...]]:
    """Return each distinct setting with the services that use it, ordered by group."""
    users: dict[Setting, list[Service]] = {}
    for service, cls in settings.items():
        for setting in settings_of(cls):
            users.setdefault(setting, []).append(service)
    groups = list(dict.fromkeys(setting.group for setting in users))
    ordered = sorted(users.items(), key=lambda item: groups.index(item[0].group))
    return {setting: tuple(services) for setting, services in ordered}


def _walk(
    model: type[BaseModel],
    prefix: str,
    schema: dict[str, Any],
    root: dict[str, Any],
    defaults: Any,
    group: str,
) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        env = f"{prefix}{name}".upper()
        own_schema = _resolve(schema["properties"][name], root)
        default = _default(field, defaults, name)
        nested = _nested(field)
        if nested is not None:
            inner = _resolve_object(own_schema, root)
            yield from _walk(nested, f"{env}__", inner, root, default, group or name)
        else:
            yield _setting(env, group, own_schema, default, field)


def _setting(
    env: str, group: str, schema: dict[str, Any], default: Any, field: FieldInfo
) -> Setting:
    return Setting(
        env=env,
        group=group,
        type=describe_type(schema),
        default=_show(default),
        required=default is PydanticUndefined,
        secret=any(part is SecretStr for part in (field.annotation, *get_args(field.annotation))),
        description=" ".join((field.description or "").split()),
    )


def _nested(field: FieldInfo) -> type[BaseModel] | None:
    for part in (field.annotation, *get_args(field.annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _default(field: FieldInfo, defaults: Any, name: str) -> Any:
    """Return the default; defaults that a service sets for a whole group override the field's."""
    if isinstance(defaults, BaseModel):
        return getattr(defaults, name)
    return field.get_default(call_default_factory=True, validated_data={})


def _show(value: Any) -> str | None:
    if value is None or value is PydanticUndefined:
        return None
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value, default=str)
    return str(value)


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = root["$defs"][reference.rsplit("/", 1)[-1]]
    return found


def _resolve_object(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Return the object's schema, even if the group is optional (`anyOf` with null)."""
    for option in schema.get("anyOf", [schema]):
        resolved = _resolve(option, root)
        if "properties" in resolved:
            return resolved
    return schema


_BOUNDS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "exclusiveMaximum": "<",
}
_NAMES = {"string": "text", "array": "JSON list", "object": "JSON object"}


def describe_type(schema: dict[str, Any]) -> str:
    """Describe a JSON Schema in a few words: `integer > 0`, `text or json`, `number ≥ 0, ≤ 2`."""
    options = [o for o in schema.get("anyOf", []) if o.get("type") != "null"]
    if options:
        return " or ".join(describe_type(option) for option in options)
    choices: Iterable[Any] = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return " or ".join(f"`{choice}`" for choice in choices)
    name = "secret" if schema.get("format") == "password" else _name(schema)
    bounds = ", ".join(f"{sign} {schema[key]}" for key, sign in _BOUNDS.items() if key in schema)
    return f"{name} {bounds}".strip()


def _name(schema: dict[str, Any]) -> str:
    kind = "path" if schema.get("format") == "path" else str(schema.get("type", "any"))
    return _NAMES.get(kind, kind)
