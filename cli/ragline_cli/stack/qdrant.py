"""Qdrant as a native process, from a program `qdrant` on the path.

No package brings the server; its makers publish it as a container and as a program.
"""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path
from threading import Event

from ragline_cli.errors import StackError
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_PROGRAM = "qdrant"
_PROBE_TIMEOUT_S = 5.0


class QdrantServer(Server):
    """One Qdrant node, on the loopback interface and without a key.

    Args:
        folder: the data folder.
        port: the HTTP port; a free one by default.
        log: the file for its output.
    """

    name = "qdrant"

    def __init__(self, folder: Path, *, port: int | None = None, log: Path | None = None) -> None:
        super().__init__(folder, log=log)
        self.port = choose_port(port)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Check that the server is installed."""
        if shutil.which(_PROGRAM) is None:
            raise StackError(
                "Qdrant is missing: put its program `qdrant` (github.com/qdrant/qdrant/releases) "
                "on the PATH, or point RAGLINE_VECTOR_STORE__URL at a server that runs elsewhere"
            )

    def command(self) -> Command:
        """Return the server's command line; it takes its settings from the environment."""
        return Command(
            argv=(shutil.which(_PROGRAM) or _PROGRAM, "--disable-telemetry"),
            env={
                "QDRANT__SERVICE__HOST": LOOPBACK,
                "QDRANT__SERVICE__HTTP_PORT": str(self.port),
                "QDRANT__SERVICE__GRPC_PORT": "null",
                "QDRANT__STORAGE__STORAGE_PATH": str(self.folder / "data"),
                "QDRANT__STORAGE__SNAPSHOTS_PATH": str(self.folder / "snapshots"),
            },
            cwd=self.folder,
        )

    def probe(self) -> str | None:
        """Return what the server lacks to serve its API."""
        answer = http_get(f"{self.url}/readyz", timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its readiness probe: {answer.status}"
