"""Secrets from files: `RAGLINE_<GROUP>__<NAME>_FILE` names the file that holds the value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, SecretStr
from pydantic_settings import EnvSettingsSource

from ragline.errors import Misconfigured

_SUFFIX = "_file"


class EnvironmentWithSecretFiles(EnvSettingsSource):
    """The environment, where each secret may be the content of a file, as a mounted one is.

    A setting that ends in `_file` by itself, such as `redis.url_file`, stays what it is: who reads
    that file does it again when the secret changes.
    """

    def __call__(self) -> dict[str, object]:
        """Return the settings' values by group and name.

        Raises:
            Misconfigured: a file cannot be read, or a secret is given twice.
        """
        self.env_vars = self._with_contents(self.env_vars)
        return super().__call__()

    def _with_contents(self, variables: Mapping[str, str | None]) -> dict[str, str | None]:
        found = dict(variables)
        for name in self._secrets():
            path = found.pop(name + _SUFFIX, None)
            if not path:
                continue
            if found.get(name):
                raise Misconfigured(f"{name.upper()} is given twice: as a value and as a file")
            found[name] = _content(path, variable=(name + _SUFFIX).upper())
        return found

    def _secrets(self) -> list[str]:
        """Return the variables of secrets that have no setting of their own for a file."""
        found = []
        for group_name, group in self.settings_cls.model_fields.items():
            if isinstance(group.annotation, type) and issubclass(group.annotation, BaseModel):
                fields = group.annotation.model_fields
                found += [
                    f"{self.env_prefix}{group_name}{self.env_nested_delimiter}{name}".lower()
                    for name, field in fields.items()
                    if SecretStr in (field.annotation, *get_args(field.annotation))
                    and name + _SUFFIX not in fields
                ]
        return found


def _content(path: str, *, variable: str) -> str:
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{variable}: {path} cannot be read: {error}") from error
    if not content:
        raise Misconfigured(f"{variable}: {path} is empty")
    return content
