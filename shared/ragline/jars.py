"""Files that come as Maven jars: fetched once, and checked against the hash that a lock states."""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ragline.cache_folder import cache_folder
from ragline.errors import Unavailable
from ragline.file_lock import one_at_a_time

_log = logging.getLogger(__name__)
_CENTRAL = "https://repo.maven.apache.org/maven2"
_TIMEOUT_S = 60
_BLOCK = 1 << 20
# A smaller jar is there before anybody wonders what takes so long
_TOLD_BYTES = 10 << 20


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: Maven coordinate `group:artifact:version` and SHA-256 in hexadecimal."""

    coordinate: str
    sha256: str

    @property
    def path(self) -> str:
        """Where it lies in a Maven repository."""
        group, artifact, version = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}.jar"


def repository() -> Path:
    """Return the folder that keeps the jars."""
    return cache_folder() / "maven"


def fetch_jar(jar: Jar) -> Path:
    """Return the path of one jar; download it if it is missing or incomplete.

    Raises:
        Unavailable: Maven Central cannot be reached, or the jar is not what the lock says.
    """
    path = repository() / jar.path
    if _is_there(jar, path):
        return path
    try:
        # services that start side by side want the same one
        with one_at_a_time(path.with_suffix(".lock")):
            if not _is_there(jar, path):
                _download(jar, path)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(
            f"cannot download {jar.coordinate} from {_CENTRAL} into {repository()}: {error}; "
            "restore the network, or mount that folder from a machine that has the file"
        ) from error
    return path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_there(jar: Jar, path: Path) -> bool:
    return path.exists() and sha256_of(path) == jar.sha256


def _download(jar: Jar, path: Path) -> None:
    """Put the jar in its place, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetching-") as folder:
        whole = Path(folder) / path.name
        _receive(f"{_CENTRAL}/{jar.path}", whole)
        if sha256_of(whole) != jar.sha256:
            path.unlink(missing_ok=True)
            raise Unavailable(f"{jar.coordinate} is not the file that the lock names: try again")
        os.replace(whole, path)


def _receive(url: str, target: Path) -> None:
    with (
        urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer,  # noqa: S310 - https, above
        target.open("wb") as file,
    ):
        size = int(answer.headers.get("Content-Length") or 0)
        told = size >= _TOLD_BYTES
        if told:
            _log.info("fetching %s (%d MB)", target.name, size >> 20)
        done, quarter = 0, 1
        while block := answer.read(_BLOCK):
            file.write(block)
            done += len(block)
            while told and quarter < 4 and done >= size * quarter / 4:
                _log.info("fetching %s: %d of %d MB", target.name, done >> 20, size >> 20)
                quarter += 1
