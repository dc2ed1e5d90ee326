"""A new API key and its entry in the keys file."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from ragline.api_keys.files import KeyEntry, entry_as_toml, read_keys
from ragline.api_keys.form import KeyScope, digest_of
from ragline.errors import Misconfigured

_IN = re.compile(r"(\d{1,6})([hd])", re.ASCII)
_UNITS = {"h": "hours", "d": "days"}


def entry_of(
    key: str,
    key_id: str,
    *,
    tenant: str,
    groups: tuple[str, ...],
    user: str | None,
    scopes: frozenset[KeyScope],
    requests_per_minute: int | None,
    expires_at: datetime | None,
) -> KeyEntry:
    """Return the entry for `key`, whose id is `key_id`.

    Raises:
        Misconfigured: a value is not valid in a keys file; names it.
    """
    try:
        return KeyEntry(
            id=key_id,
            sha256=digest_of(key).hex(),
            tenant=tenant,
            groups=groups,
            user=user,
            scopes=scopes,
            requests_per_minute=requests_per_minute,
            expires_at=expires_at,
        )
    except ValidationError as error:
        problems = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())
        raise Misconfigured(problems) from error


def expiry(text: str, now: datetime) -> datetime:
    """Parse a key's expiry: `90d`, `12h`, `2027-01-31` or an instant; UTC if it states no zone.

    Raises:
        Misconfigured: the text is not a time, or the time has passed.
    """
    try:
        if found := _IN.fullmatch(text):
            end = now + timedelta(**{_UNITS[found[2]]: int(found[1])})
        else:
            stated = datetime.fromisoformat(text)
            end = stated if stated.tzinfo else stated.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Misconfigured(
            f"{text!r} is no time; write 90d, 12h, 2027-01-31 or 2027-01-31T10:00:00+01:00"
        ) from error
    if end <= now:
        raise Misconfigured(f"{text} is in the past; a key must expire in the future")
    return end.replace(microsecond=0)


def append(entry: KeyEntry, path: Path) -> None:
    """Append `entry` to the keys file; create the file, readable only by its owner, if needed.

    A running gateway may read the file at any moment, so the entry is written in one step.

    Raises:
        Misconfigured: the file is not a keys file, or already has a key with that id.
        OSError: it cannot be written.
    """
    before = ""
    if path.exists():
        if entry.id in {known.id for known in read_keys(path)}:
            raise Misconfigured(f"{path} has a key {entry.id}; choose another --id")
        before = path.read_text(encoding="utf-8")
    added = _gap(before) + entry_as_toml(entry)
    _check_toml(before + added, path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "a", encoding="utf-8") as output:
        output.write(added)


def _gap(before: str) -> str:
    if not before:
        return ""
    return "\n" if before.endswith("\n") else "\n\n"


def _check_toml(text: str, path: Path) -> None:
    """Refuse a file with a list `keys = […]`, which no table `[[keys]]` may follow."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            f"{path} has its keys in a list `keys = [...]`; write them as [[keys]] tables first"
        ) from error
