"""kwok: it says of every pod that it runs and is ready, as a kubelet would; nothing runs."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from threading import Event

from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

from .api_server import ApiServer
from .module_files import KWOK_STAGES
from .programs import place

_PROBE_TIMEOUT_S = 5.0


class Kwok(Server):
    """The kubelet of all nodes of an API server."""

    name = "kwok"

    def __init__(self, folder: Path, *, server: ApiServer) -> None:
        super().__init__(folder)
        self._server = server
        self.port = choose_port(None)

    def prepare(self, cancel: Event) -> None:
        """Nothing is to be set up."""

    def command(self) -> Command:
        """Return kwok's command line."""
        options = {
            "--kubeconfig": str(self._server.kubeconfig),
            "--manage-all-nodes": "true",
            "--server-address": f"{LOOPBACK}:{self.port}",
        }
        stages = (f"--config={path}" for path in KWOK_STAGES.paths())
        given = (f"{key}={each}" for key, each in options.items())
        return Command(argv=(place(self.name), *stages, *given))

    def probe(self) -> str | None:
        """Return what it lacks."""
        answer = http_get(f"http://{LOOPBACK}:{self.port}/healthz", timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its health is {answer.status}"
