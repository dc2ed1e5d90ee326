"""A clock of some processes that can be moved while they run, by libfaketime.

The time of day is false, the monotonic clock is true, as when a machine's clock is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PLACES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
)


class FalseClock:
    """The clock of every process that has `environment`; `file` says how wrong it is."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process must have in its environment from its start."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds until a move is noticed
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",  # each process reads the file itself
        }

    def move(self, seconds: int) -> None:
        """Set the clock `seconds` ahead of the true time; negative is behind."""
        self._file.write_text(f"{seconds:+d}\n")


def library() -> Path | None:
    """Return where libfaketime is."""
    root = Path("/")
    found = (path for place in _PLACES for path in sorted(root.glob(place.lstrip("/"))))
    return next(found, None)


def lacking() -> str | None:
    """Return why no clock can be moved here; None when it can."""
    return None if library() else "libfaketime is not installed (apt-get install faketime)"
