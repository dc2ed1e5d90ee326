"""Validates objects offline, with the schemas of Kubernetes, KEDA and Strimzi."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator

from ragline_cli.generated.manifests.metadata import Object

# The oldest and the newest supported Kubernetes release
KUBERNETES_VERSIONS = ("1.30", "1.36")
_FROM_ENV = "FromEnv"
Schemas = dict[tuple[str, str], Draft202012Validator]


def load_schemas(folder: Path) -> Schemas:
    """Return a strict validator for each kind and version of the CRDs in `folder`."""
    found: Schemas = {}
    for path in sorted(folder.glob("*.yaml")):
        # libyaml's loader: these files have half a megabyte, and Python's takes seconds for it
        crd = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["spec"]
        for version in crd["versions"]:
            schema = _strict(version["schema"]["openAPIV3Schema"])
            key = (f"{crd['group']}/{version['name']}", crd["names"]["kind"])
            found[key] = Draft202012Validator(schema)
    return found


def problems(objects: Iterable[Object], schemas: Schemas) -> list[str]:
    """Return what is wrong with the objects, one line each; empty when all are valid."""
    return [
        f"{made['kind']}/{made['metadata']['name']}: {text}"
        for made in objects
        for text in _problems(made, schemas)
    ]


def _problems(made: Object, schemas: Schemas) -> Iterator[str]:
    custom = schemas.get((made["apiVersion"], made["kind"]))
    if custom is not None:
        for error in custom.iter_errors(made):
            yield f"{error.json_path}: {error.message}"
        return
    for version in KUBERNETES_VERSIONS:
        try:
            kubernetes_validate.validate(made, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            path = ".".join(str(part) for part in error.path)
            yield f"Kubernetes {version}: {path}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError as error:
            yield f"Kubernetes {version}: {error.message}"


def _strict(schema: Any) -> Any:
    """Reject unknown fields, which a cluster would silently drop."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items()}
    closed = isinstance(made.get("properties"), dict) and made.get("type") == "object"
    if closed and not made.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def kafka_trigger_problems(objects: Iterable[Object], schema: Path) -> list[str]:
    """Return problems in the metadata of Kafka triggers, which the CRD itself does not check."""
    parameters = {
        p["name"]: p for p in json.loads(schema.read_text(encoding="utf-8"))["parameters"]
    }
    return [
        f"ScaledObject/{made['metadata']['name']}: trigger {trigger.get('name')}: {text}"
        for made in objects
        if made["kind"] == "ScaledObject"
        for trigger in made["spec"]["triggers"]
        for text in _parameter_problems(trigger["metadata"], parameters)
    ]


def _parameter_problems(metadata: dict[str, str], parameters: dict[str, Any]) -> Iterator[str]:
    # the value of `NAME` may stand in an environment variable that `NAMEFromEnv` names
    from_env = {f"{n}{_FROM_ENV}" for n, p in parameters.items() if p.get("envVariableReadable")}
    for name, value in metadata.items():
        allowed = parameters.get(name, {}).get("allowedValue")
        if name not in parameters.keys() | from_env:
            yield f"unknown parameter {name}"
        elif allowed and value not in allowed:
            yield f"{name} must be one of {allowed}, not {value}"
    needed = {n for n, p in parameters.items() if not p.get("optional") and "default" not in p}
    for name in sorted(needed - {name.removesuffix(_FROM_ENV) for name in metadata}):
        yield f"missing parameter {name}"
