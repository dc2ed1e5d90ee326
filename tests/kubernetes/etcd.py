"""etcd: where the API server keeps its objects."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from threading import Event

from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

from .programs import place

_PROBE_TIMEOUT_S = 5.0


class EtcdServer(Server):
    """One node on the loopback interface; nothing that it stores need outlive the tests."""

    name = "etcd"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port, self._peer_port = choose_port(None), choose_port(None)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Nothing is to be set up: etcd makes its folder."""

    def command(self) -> Command:
        """Return the server's command line."""
        peer = f"http://{LOOPBACK}:{self._peer_port}"
        options = {
            "--data-dir": str(self.folder / "data"),
            "--listen-client-urls": self.url,
            "--advertise-client-urls": self.url,
            "--listen-peer-urls": peer,
            "--initial-advertise-peer-urls": peer,
            "--initial-cluster": f"default={peer}",
            "--log-level": "warn",
        }
        return Command(
            argv=(place(self.name), *(f"{name}={value}" for name, value in options.items()))
        )

    def probe(self) -> str | None:
        """Return what it lacks to serve."""
        answer = http_get(f"{self.url}/health", timeout_s=_PROBE_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"its health is {answer.status}"
