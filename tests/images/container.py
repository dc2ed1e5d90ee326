"""An image started as a cluster does: process 1, no root, no rights, its files read-only."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import psutil

from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server
from ragline_cli.stack.services import ask_probe

from .image_builder import Image

# In namespaces of its own: the image's files, read-only, with an empty /tmp; then without root
_ENTER = """\
set -e
mount --bind {root} {root}
mount -t proc proc {root}/proc
mount -t tmpfs -o mode=1777,size=1g tmpfs {root}/tmp
mount -t tmpfs -o mode=755 tmpfs {root}/dev
for device in null zero random urandom; do
  touch {root}/dev/$device
  mount --bind /dev/$device {root}/dev/$device
done
mount -o remount,bind,ro {root}
cd {root}
exec env -i {environment} setpriv --no-new-privs \\
  chroot --userspec={user} {root} /bin/sh -c 'cd {folder} && exec "$@"' sh {command}
"""
_NAMESPACES = ("--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")


def entering(
    image: Image, command: list[str], environment: Mapping[str, str] | None = None
) -> Command:
    """Return how `command` runs in the image, on the network of this machine."""
    variables = image.environment | dict(environment or {})
    script = _ENTER.format(
        root=shlex.quote(str(image.root)),
        environment=shlex.join(f"{name}={value}" for name, value in variables.items()),
        user=image.config["User"],
        folder=shlex.quote(image.config["WorkingDir"]),
        command=shlex.join(command),
    )
    return Command(argv=("unshare", *_NAMESPACES, "sh", "-c", script))


def output_of(image: Image, *command: str) -> str:
    """Return what a command in the image prints; it must succeed."""
    argv = [str(part) for part in entering(image, list(command)).argv]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Container(Server):
    """A service from its image.

    Args:
        image: the service's.
        folder: for its log.
        addresses: settings with the addresses of Kafka, Redis and the store.
    """

    stop_grace_s = 45.0  # the manifests' terminationGracePeriodSeconds, and the gateway's pause

    def __init__(self, image: Image, folder: Path, *, addresses: Mapping[str, str]) -> None:
        self.name = image.name
        super().__init__(folder)
        self._image = image
        self.port = choose_port(None)
        self._addresses = addresses

    def prepare(self, cancel: Event) -> None:
        """The image has all that it needs."""

    def command(self) -> Command:
        """Return the image's entry point, with settings."""
        own = {"RAGLINE_HTTP__PORT": str(self.port), "RAGLINE_LOG__FORMAT": "text"}
        return entering(self._image, self._image.config["Entrypoint"], {**self._addresses, **own})

    def probe(self) -> str | None:
        """Return why the service reports that it is not ready."""
        found = ask_probe(f"http://{LOOPBACK}:{self.port}/health/ready")
        return None if found.ready else "; ".join(found.problems.values()) or "its probe fails"

    def process_one(self) -> psutil.Process:
        """Return the process that is process 1 inside."""
        (only,) = psutil.Process(self.pid).children()
        return only

    def terminate(self) -> int:
        """Send SIGTERM to process 1, as a kubelet does, and return how it ended."""
        assert self._process is not None
        self.process_one().send_signal(signal.SIGTERM)
        return self._process.wait(self.stop_grace_s)
