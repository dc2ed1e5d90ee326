"""Chroma as a native process, from the wheel `chromadb`.

The server is a library in Rust inside the wheel (`chromadb_rust_bindings`); the wheel's Python code
and what that depends on are not needed. It has no authentication, so it listens on the loopback
interface only.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from ragline_cli.errors import StackError
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_LIBRARY = "chromadb_rust_bindings"
_RUN = f"import sys, {_LIBRARY}; {_LIBRARY}.cli(['chroma', 'run', *sys.argv[1:]])"
_PROBE_TIMEOUT_S = 5.0


class ChromaServer(Server):
    """One Chroma server.

    Args:
        folder: the data folder.
        port: the HTTP port; a free one by default.
        log: the file for its output.
    """

    name = "chroma"

    def __init__(self, folder: Path, *, port: int | None = None, log: Path | None = None) -> None:
        super().__init__(folder, log=log)
        self.port = choose_port(port)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Check that the server is installed."""
        if find_spec(_LIBRARY) is None:
            raise StackError(
                "Chroma is missing: `pip install --no-deps chromadb` brings its server"
            )

    def command(self) -> Command:
        """Return the server's command line."""
        place = ("--path", self.folder / "data", "--host", LOOPBACK, "--port", str(self.port))
        return Command(argv=(sys.executable, "-c", _RUN, *place), cwd=self.folder)

    def probe(self) -> str | None:
        """Return what the server lacks to serve its API."""
        answer = http_get(f"{self.url}/api/v2/healthcheck", timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its health check says {answer.status}"
