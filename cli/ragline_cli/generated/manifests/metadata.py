"""Names and labels, the same on every object."""

from __future__ import annotations

from typing import Any

from ragline_cli.generated.manifests.values import PART_OF

Object = dict[str, Any]


def full_name(component: str) -> str:
    """Return the objects' name: `ragline-<component>`."""
    return f"{PART_OF}-{component}"


def selector(component: str) -> dict[str, str]:
    """Return the labels that select one component's pods; they must never change."""
    return {"app.kubernetes.io/name": component, "app.kubernetes.io/part-of": PART_OF}


def everything() -> dict[str, str]:
    """Return the label that all of Ragline's own pods carry."""
    return {"app.kubernetes.io/part-of": PART_OF}


def manifest(
    api_version: str, kind: str, name: str, spec: Object | None = None, **metadata: Any
) -> Object:
    """Return one object; `metadata` adds labels and annotations."""
    made: Object = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, **metadata},
    }
    return made if spec is None else made | {"spec": spec}
