"""Files that come as Maven jars: fetched once, and checked against the hash that a lock states."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ragline.cache_folder import cache_folder
from ragline.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: Maven coordinate `group:artifact:version` and SHA-256 in hexadecimal."""

    coordinate: str
    sha256: str


def repository() -> Path:
    """Return the folder that keeps the jars."""
    return cache_folder() / "maven"


def fetch_jar(jar: Jar) -> Path:
    """Return the path of one jar; download it if it is missing or incomplete.

    Raises:
        Unavailable: Maven Central cannot be reached, or the jar is not what the lock says.
    """
    try:
        from jgo.maven import MavenContext  # noqa: PLC0415  slow, and needed for downloads alone
    except ImportError as error:  # images do not have it
        raise Unavailable(
            f"{jar.coordinate} is not in {cache_folder()}, and nothing here can "
            "download it: mount that folder from a machine that has it, or install `jgo`"
        ) from error
    group, artifact, version = jar.coordinate.split(":")
    context = MavenContext(repo_cache=repository(), local_repos=[])
    wanted = context.project(group, artifact).at_version(version).artifact()
    if (path := wanted.cached_path) and path.exists() and sha256_of(path) != jar.sha256:
        path.unlink()  # an earlier download was interrupted
    try:
        path = wanted.resolve()
    except (OSError, RuntimeError) as error:
        raise Unavailable(f"cannot download {jar.coordinate}: {error}") from error
    if sha256_of(path) != jar.sha256:
        path.unlink()
        raise Unavailable(f"{jar.coordinate} is not the file that the lock names: try again")
    return path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
