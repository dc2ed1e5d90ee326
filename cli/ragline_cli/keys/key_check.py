"""Checks a key against a keys file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ragline.api_keys.files import KeyEntry
from ragline.api_keys.form import id_of, same_key


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """The entry that a key belongs to, and why it would be refused, or None."""

    entry: KeyEntry | None
    problem: str | None


def check(key: str, entries: Iterable[KeyEntry], now: datetime) -> KeyCheck:
    """Return whether the gateway would accept `key`."""
    key_id = id_of(key)
    if key_id is None:
        return KeyCheck(None, "this is no key: keys look like rgl_<id>_<43 characters>")
    entry = next((entry for entry in entries if entry.id == key_id), None)
    if entry is None:
        return KeyCheck(None, f"the file has no key {key_id}")
    if not same_key(key, entry.digest):
        return KeyCheck(entry, f"the file has another key {key_id}: the hash differs")
    if entry.expired(now):
        return KeyCheck(entry, f"the key {key_id} ended at {entry.expires_at}")
    return KeyCheck(entry, None)
