"""Weaviate as a native process.

What listens where (1.34.0, according to its source): HTTP respects `--host`; gossip, Raft and the
internal RPC respect `CLUSTER_BIND_ADDR`; the profiler can be switched off. The public gRPC port and
the cluster data port always bind to every interface, so both require a secret.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from pathlib import Path
from threading import Event

from ragline_cli.stack import weaviate_build
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, accepts, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_PROBE_TIMEOUT_S = 5.0


class WeaviateServer(Server):
    """One Weaviate node.

    Args:
        folder: the data folder.
        port: the HTTP port; a free one by default.
        grpc_port: the gRPC port; a free one by default.
        api_key: the key that clients must present. Without one anyone can connect, even from other
            machines, through the gRPC port.
        log: the file for its output.
    """

    name = "weaviate"

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        grpc_port: int | None = None,
        api_key: str | None = None,
        log: Path | None = None,
    ) -> None:
        super().__init__(folder, log=log)
        self.port = choose_port(port)
        self.grpc_port = choose_port(grpc_port)
        self.api_key = api_key
        self._inner_ports = {name: choose_port(None) for name in _INNER_PORTS}
        self._program: Path | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def activity(self) -> str:
        """The progress of the first build, then what the server lacks."""
        if weaviate_build.installed():
            return super().activity
        return weaviate_build.progress(self._build_log)

    def prepare(self, cancel: Event) -> None:
        """Build the server the first time."""
        self._program = weaviate_build.build(self._build_log, cancel)

    def command(self) -> Command:
        """Return the server's command line."""
        program = self._program or weaviate_build.installed() or Path("weaviate-server")
        return Command(
            argv=(program, "--host", LOOPBACK, "--port", str(self.port), "--scheme", "http"),
            env=self._environment(),
            cwd=self.folder,
        )

    def probe(self) -> str | None:
        """Return what the node lacks to serve both HTTP and gRPC."""
        answer = http_get(f"{self.url}/v1/.well-known/ready", timeout_s=_PROBE_TIMEOUT_S)
        if answer.status != HTTPStatus.OK:
            return f"its readiness probe answers {answer.status}"
        return None if accepts(self.grpc_port) else "its gRPC port is not open yet"

    @property
    def _build_log(self) -> Path:
        return self.log.with_name("weaviate-build.log")

    def _environment(self) -> dict[str, str]:
        ports = {name: str(port) for name, port in self._inner_ports.items()}
        return (
            ports
            | _ENVIRONMENT
            | {
                "PERSISTENCE_DATA_PATH": str(self.folder / "data"),
                "GRPC_PORT": str(self.grpc_port),
                "CLUSTER_BASIC_AUTH_USERNAME": "node",
                "CLUSTER_BASIC_AUTH_PASSWORD": secrets.token_hex(16),
                **authentication(self.api_key),
            }
        )


_INNER_PORTS = (
    "CLUSTER_GOSSIP_BIND_PORT",
    "CLUSTER_DATA_BIND_PORT",
    "RAFT_PORT",
    "RAFT_INTERNAL_RPC_PORT",
)
_ENVIRONMENT = {
    "CLUSTER_HOSTNAME": "node1",
    "CLUSTER_BIND_ADDR": LOOPBACK,
    "CLUSTER_ADVERTISE_ADDR": LOOPBACK,
    "RAFT_BOOTSTRAP_EXPECT": "1",
    "RAFT_JOIN": "node1",
    "RAFT_TIMEOUTS_MULTIPLIER": "1",  # a single node waits for no peers: 2 s to start, not 9 s
    "GO_PROFILING_DISABLE": "true",
    "DISABLE_TELEMETRY": "true",
    "DEFAULT_VECTORIZER_MODULE": "none",
    "ENABLE_MODULES": "",
    "QUERY_DEFAULTS_LIMIT": "25",
    "USE_INVERTED_SEARCHABLE": "false",  # its other index of words, from 1.35 on, loses best hits
    "LOG_LEVEL": "warning",
}


def authentication(api_key: str | None) -> dict[str, str]:
    """Return the settings that require `api_key` of every client; no key if it is None."""
    if api_key is None:
        return {"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true"}
    return {
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false",
        "AUTHENTICATION_APIKEY_ENABLED": "true",
        "AUTHENTICATION_APIKEY_ALLOWED_KEYS": api_key,
        "AUTHENTICATION_APIKEY_USERS": "ragline",
        "AUTHORIZATION_ADMINLIST_ENABLED": "true",
        "AUTHORIZATION_ADMINLIST_USERS": "ragline",
    }
