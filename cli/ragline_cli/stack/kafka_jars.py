"""Apache Kafka's jars, as locked, fetched once and checked against their hashes.

`kafka.lock` names every jar with its SHA-256. jgo could resolve the dependency graph itself, but
that takes 10 s of POM parsing at each new install, and it only warns about a wrong checksum.
`python -m ragline_cli.stack.kafka_jars` fetches; with `lock` as argument it rewrites the lock.
"""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from ragline.cache_folder import cache_folder
from ragline.errors import Unavailable
from ragline.jars import Jar, fetch_jar, repository, sha256_of
from ragline_cli.errors import StackError

KAFKA_VERSION = "4.3.0"
_ROOTS = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:1.7.36")
_LOCK = "kafka.lock"
_PARALLEL = 8


def parse_lock(text: str) -> list[Jar]:
    """Return the jars of a lock, in class path order. Lines with `#` are comments."""
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return [Jar(coordinate, sha256) for coordinate, sha256 in lines]


def lock_text() -> str:
    """Return the lock file of this package."""
    return files("ragline_cli.stack").joinpath(_LOCK).read_text(encoding="ascii")


def class_path_file(lock: str) -> Path:
    """Return the cache file for the class path of this `lock`; each lock has its own."""
    digest = hashlib.sha256(lock.encode()).hexdigest()[:12]
    return cache_folder() / "kafka" / KAFKA_VERSION / f"classpath-{digest}"


def cached_class_path(lock: str) -> str | None:
    """Return the class path, or None if a jar on it is missing (all were checked when fetched)."""
    cached = class_path_file(lock)
    if not cached.exists():
        return None
    class_path = os.fsdecode(cached.read_bytes())
    complete = all(Path(jar).exists() for jar in class_path.split(os.pathsep))
    return class_path if complete else None


def fetch(lock: str) -> str:
    """Fetch and check the locked jars; return and cache their class path.

    Raises:
        StackError: Maven Central cannot be reached or a jar is not what the lock says.
    """
    with ThreadPoolExecutor(_PARALLEL) as pool:
        paths = list(pool.map(_fetch, parse_lock(lock)))
    class_path = os.pathsep.join(map(str, paths))
    cached = class_path_file(lock)
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(os.fsencode(class_path))
    return class_path


def _fetch(jar: Jar) -> Path:
    try:
        return fetch_jar(jar)
    except Unavailable as error:
        raise StackError(str(error)) from error


def resolve_lock() -> str:
    """Resolve Kafka's dependency graph on Maven Central and return it as a lock."""
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    context = MavenContext(repo_cache=repository(), local_repos=[])
    roots = [replace(Coordinate.parse(root), scope="compile") for root in _ROOTS]
    inputs, rest = context.resolver.resolve([context.create_dependency(root) for root in roots])
    needed = [*inputs, *(dep for dep in rest if dep.scope in {"compile", "runtime"})]
    lines = [
        f"{dep.groupId}:{dep.artifactId}:{dep.version} {sha256_of(dep.artifact.resolve())}"
        for dep in needed
    ]
    head = "# Made by `python -m ragline_cli.stack.kafka_jars lock`: coordinate, SHA-256"
    return "\n".join([head, *lines, ""])


def main() -> None:
    """Fetch the jars, or rewrite the lock."""
    if sys.argv[1:] == ["lock"]:
        Path(__file__).with_name(_LOCK).write_text(resolve_lock(), encoding="ascii")
    else:
        fetch(lock_text())


if __name__ == "__main__":
    main()
