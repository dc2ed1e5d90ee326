"""Callers with an API key."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from ragline.api_keys.files import KeyEntry, read_keys
from ragline.api_keys.form import id_of, same_key
from ragline.clock import Clock, Monotonic
from ragline.errors import Misconfigured
from ragline_gateway.access.caller import Caller
from ragline_gateway.problems import InvalidCredentials

log = logging.getLogger(__name__)

# Seconds between checks of the file: how long a removed key may still be accepted
_LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry and the values that each request needs of it, computed once."""

    entry: KeyEntry
    digest: bytes
    caller: Caller


class Keys:
    """The keys of a file, which is read again when it changes.

    If the changed file is invalid, the error is logged and the previous keys stay valid until the
    file is corrected. A key's expiry time applies in any case.

    Args:
        path: the keys file.
        clock: the time against which expiry is checked.
        monotonic: monotonic seconds, to schedule checks of the file.

    Raises:
        Misconfigured: the file cannot be used; names it and the place.
    """

    def __init__(self, path: Path, *, clock: Clock, monotonic: Monotonic) -> None:
        self._path = path
        self._clock = clock
        self._monotonic = monotonic
        self._seen = _stamp(path)
        self._known = _read(path)
        self._next_look = monotonic() + _LOOK_EVERY_S

    async def admit(self, key: str) -> Caller:
        """Return the caller of `key`.

        Raises:
            InvalidCredentials: the key is unknown or has expired.
        """
        if self._monotonic() >= self._next_look:
            self._next_look = self._monotonic() + _LOOK_EVERY_S
            await self._look()
        known = self._known.get(id_of(key) or "")
        if not same_key(key, known.digest if known else None) or known is None:
            raise InvalidCredentials("the API key is not known")
        if known.entry.expires_at is not None and known.entry.expired(self._clock()):
            raise InvalidCredentials("the API key has ended")
        return known.caller

    async def _look(self) -> None:
        """Read the file if it changed; in a thread, because the disk may be slow."""
        stamp = await asyncio.to_thread(_stamp, self._path)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            self._known = await asyncio.to_thread(_read, self._path)
        except Misconfigured as error:
            log.error("previous keys stay valid: %s", error)  # noqa: TRY400 - no fault of the code
        else:
            log.info("%s: %d keys", self._path, len(self._known))


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return a value that differs after an edit in place and after a replacement of the file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev


def _read(path: Path) -> dict[str, _Known]:
    return {entry.id: _known(entry) for entry in read_keys(path)}


def _known(entry: KeyEntry) -> _Known:
    caller = Caller(
        subject=f"key:{entry.id}",
        tenant=entry.tenant,
        user=entry.user,
        groups=entry.groups,
        scopes=entry.scopes,
        requests_per_minute=entry.requests_per_minute,
    )
    return _Known(entry, entry.digest, caller)
