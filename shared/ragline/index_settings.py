"""A service's settings as they are for one index: some differ from index to index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ragline.contracts.indexes import Index
from ragline.errors import Misconfigured
from ragline.settings import EnvironmentSettings, problems

SettingsT = TypeVar("SettingsT", bound=EnvironmentSettings)


def settings_for(settings: SettingsT, index: Index) -> SettingsT:
    """Return `settings` with those that differ in `index`; groups that it lacks are left out.

    Raises:
        Misconfigured: a setting of the index cannot be used; says which.
    """
    changed: dict[str, BaseModel] = {}
    for group, values in by_group(index.settings).items():
        known = getattr(settings, group, None)
        if isinstance(known, BaseModel):
            changed[group] = _with_values(known, values, group=group, index=index)
    return settings.model_copy(update=changed)


def by_group(named: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return values by group and name, from names such as `EMBEDDING__MODEL`."""
    found: dict[str, dict[str, str]] = {}
    for name, value in named.items():
        group, _, field = name.lower().partition("__")
        found.setdefault(group, {})[field] = value
    return found


def _without_files(known: BaseModel, values: Mapping[str, str]) -> dict[str, str | None]:
    """Return the settings for files whose content `values` state instead."""
    files = (f"{name}_file" for name in values)
    return {name: None for name in files if name in type(known).model_fields}


def _with_values(
    known: BaseModel, values: Mapping[str, str], *, group: str, index: Index
) -> BaseModel:
    try:
        return type(known).model_validate(
            {**dict(known), **_without_files(known, values), **values}
        )
    except ValidationError as error:
        told = "; ".join(
            each.replace("RAGLINE_", f"RAGLINE_{group.upper()}__", 1) for each in problems(error)
        )
        raise Misconfigured(f"index {index.name} cannot have these settings: {told}") from error
