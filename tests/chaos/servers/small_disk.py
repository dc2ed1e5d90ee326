"""A small file system in memory, which a fault can fill."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

_BALLAST = "ballast"
_PIECE = bytes(1024 * 1024)


class SmallDisk:
    """A tmpfs at `folder`, a context manager.

    Args:
        folder: where it is mounted; created if missing.
        size_mb: how much fits on it, in MB.
    """

    def __init__(self, folder: Path, *, size_mb: int) -> None:
        self.folder = folder
        self._size_mb = size_mb

    def __enter__(self) -> Self:
        """Mount it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = f"size={self._size_mb}m"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)],
            check=True,
            capture_output=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Unmount it; what is still open on it goes when it is closed."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True, capture_output=True)

    def fill(self) -> None:
        """Write until nothing fits any more."""
        with (self.folder / _BALLAST).open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(_PIECE)

    def free(self) -> None:
        """Take away what `fill` wrote."""
        (self.folder / _BALLAST).unlink(missing_ok=True)


def lacking() -> str | None:
    """Return why no small disk can be had here; None when it can."""
    if os.geteuid() != 0:
        return "mounting a small file system needs root"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with SmallDisk(Path(folder) / "disk", size_mb=1):
                return None
        except (OSError, subprocess.CalledProcessError) as error:
            return f"no small file system can be mounted here: {error}"
