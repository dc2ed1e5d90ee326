"""The keys file: TOML with one table `[[keys]]` per key, which holds its hash and its rights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from ragline.api_keys.form import KeyId, KeyScope
from ragline.contracts.base import Groups, Tenant
from ragline.errors import Misconfigured
from ragline.toml_files import read_toml

User = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class KeyEntry(BaseModel):
    """One key: who uses it, and what they may do.

    `sha256` is the hash of the whole key in hex. A null `requests_per_minute` means the gateway's
    limit. The key is refused from `expires_at` on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: KeyId
    sha256: Annotated[str, StringConstraints(to_lower=True)]
    tenant: Tenant
    groups: Groups = ()
    user: User | None = None
    scopes: frozenset[KeyScope] = frozenset({KeyScope.ASK})
    requests_per_minute: Annotated[int, Field(gt=0)] | None = None
    expires_at: AwareDatetime | None = None

    @field_validator("sha256")
    @classmethod
    def _is_a_hash(cls, value: str) -> str:
        if len(value) != 64 or not set(value) <= set("0123456789abcdef"):
            raise ValueError("must be the 64 hex digits of the key's SHA-256, never the key itself")
        return value

    @property
    def digest(self) -> bytes:
        """The hash as bytes."""
        return bytes.fromhex(self.sha256)

    def expired(self, now: datetime) -> bool:
        """Whether the key is refused because it has expired."""
        return self.expires_at is not None and now >= self.expires_at


class _KeysFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: tuple[dict[str, Any], ...]


def read_keys(path: Path) -> tuple[KeyEntry, ...]:
    """Return the entries of the file at `path`, in its order.

    A file without `keys` is refused, because a file that is still being written can look like that.
    To let nobody in, write `keys = []`.

    Raises:
        Misconfigured: the file is unreadable or not TOML, or an entry is wrong; names the entry.
    """
    tables = read_toml(path, _KeysFile, kind="keys file", depths={}).keys
    entries = tuple(_entry(path, number, table) for number, table in enumerate(tables, start=1))
    _check_distinct(path, entries)
    return entries


def _entry(path: Path, number: int, table: dict[str, Any]) -> KeyEntry:
    try:
        return KeyEntry.model_validate(table)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
        raise Misconfigured(f"{path}: [[keys]] number {number}: {problems}") from error


def _check_distinct(path: Path, entries: Iterable[KeyEntry]) -> None:
    first: dict[str, int] = {}
    for number, entry in enumerate(entries, start=1):
        if entry.id in first:
            raise Misconfigured(
                f"{path}: [[keys]] number {number}: id: number {first[entry.id]} is "
                f"{entry.id}, too; give each key an id of its own"
            )
        first[entry.id] = number


def entry_as_toml(entry: KeyEntry) -> str:
    """Return `entry` as a table `[[keys]]` of the file, without null or empty values."""
    stated = {
        "id": _text(entry.id),
        "sha256": _text(entry.sha256),
        "tenant": _text(entry.tenant),
        "groups": _list(entry.groups),
        "user": _text(entry.user) if entry.user is not None else "",
        "scopes": _list(scope for scope in KeyScope if scope in entry.scopes),
        "requests_per_minute": str(entry.requests_per_minute or ""),
        "expires_at": entry.expires_at.astimezone(UTC).isoformat() if entry.expires_at else "",
    }
    kept = {name: value for name, value in stated.items() if value not in ("", "[]")}
    if not entry.scopes:
        kept["scopes"] = "[]"
    return "[[keys]]\n" + "".join(f"{name} = {value}\n" for name, value in kept.items())


def _text(value: str) -> str:
    # a JSON string is also a TOML basic string if non-ASCII characters are not escaped
    return json.dumps(value, ensure_ascii=False)


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"
