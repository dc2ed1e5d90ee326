"""Weaviate as a container of `deploy/compose.yaml`, for machines with a Docker daemon.

The container runs attached: it stops with the process, like the other servers.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from threading import Event

from ragline_cli.stack.processes import Command, run
from ragline_cli.stack.weaviate import WeaviateServer

_SERVICE = "weaviate"
_PROBE_TIMEOUT_S = 5.0


def compose_file() -> Path | None:
    """Return the repository's compose file; null in an installation without the repository."""
    file = Path(__file__).resolve().parents[3] / "deploy" / "compose.yaml"
    return file if file.exists() else None


def available() -> bool:
    """Return whether a Docker daemon answers and the compose file exists."""
    if compose_file() is None or shutil.which("docker") is None:
        return False
    probes = (("version", "--format", "{{.Server.Version}}"), ("compose", "version"))
    return all(_succeeds("docker", *arguments) for arguments in probes)


class ComposeWeaviate(WeaviateServer):
    """One Weaviate container; its ports are published on the loopback interface only."""

    @property
    def activity(self) -> str:
        """What a slow start is doing or waiting for."""
        return self._activity

    def prepare(self, cancel: Event) -> None:
        """Pull the image the first time."""
        pull = self._compose("pull", "--policy", "missing", _SERVICE)
        self._run(pull, cancel, what="pulling Weaviate's image")

    def command(self) -> Command:
        """Return the attached container's command line."""
        return self._compose("up", "--no-deps", "--no-log-prefix", _SERVICE)

    def kill(self) -> None:
        """Kill the container, then the client that is attached to it."""
        if self.running:
            self._docker("kill", _SERVICE)
        super().kill()

    def delete_data(self) -> None:
        """Remove the container and its volume."""
        self._docker("down", "--volumes")
        super().delete_data()

    def _docker(self, *arguments: str) -> None:
        run(self._compose(*arguments), self.log, cancel=Event(), what=f"docker {arguments[0]}")

    def _compose(self, *arguments: str) -> Command:
        # One compose project per data folder, so that two stacks never share a volume
        project = "ragline-" + hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Command(
            argv=(
                *("docker", "compose", "--file", str(compose_file())),
                *("--project-name", project, *arguments),
            ),
            env={"WEAVIATE_PORT": str(self.port), "WEAVIATE_GRPC_PORT": str(self.grpc_port)},
        )


def _succeeds(*argv: str) -> bool:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_PROBE_TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
