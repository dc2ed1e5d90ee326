"""The OpenTelemetry collector, as the component `collector` configures it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from threading import Event

from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

from .control_plane import DEPLOY
from .programs import place

_CONFIG = DEPLOY / "components/collector/collector.yaml"
_PROBE_TIMEOUT_S = 5.0


class Collector(Server):
    """A collector on the loopback interface; nothing but its port differs from the cluster's.

    Args:
        folder: for its log.
        backend: base URL of the OTLP receiver to which it passes on what it gets.
    """

    name = "otel-collector"

    def __init__(self, folder: Path, *, backend: str) -> None:
        super().__init__(folder)
        self._backend = backend
        self.port = choose_port(None)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{LOOPBACK}:{self.port}"

    def prepare(self, cancel: Event) -> None:
        """Nothing is to be set up."""

    def command(self) -> Command:
        """Return the collector's command line."""
        port = f"--set=receivers::otlp::protocols::http::endpoint={LOOPBACK}:{self.port}"
        return Command(
            argv=(place(self.name), f"--config={_CONFIG}", port),
            env={"TRACES_BACKEND": self._backend},
        )

    def probe(self) -> str | None:
        """Return what it lacks to take spans: it refuses to be asked for them."""
        answer = http_get(f"{self.url}/v1/traces", timeout_s=_PROBE_TIMEOUT_S)
        if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
            return None
        return f"it answers {answer.status}"
