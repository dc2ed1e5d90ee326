"""The services as local processes, one `python -m ragline_<name>` each."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ragline.contracts.topics import Service
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

_PROBE_TIMEOUT_S = 2.0
_MOST_WORKERS = 4


class ServiceProcess(Server):
    """One service. It waits for its dependencies itself, so the start order does not matter.

    Args:
        service: which one.
        folder: the working directory.
        addresses: settings with the stack's addresses (`Addresses.environment`).
        log: the file for its output.
    """

    start_timeout_s = 300.0
    stop_grace_s = 25.0  # longer than `kafka.drain_timeout_s`, else a stop causes redeliveries

    def __init__(
        self, service: Service, folder: Path, *, addresses: Mapping[str, str], log: Path
    ) -> None:
        super().__init__(folder, log=log)
        self.name = service.value
        self.port = choose_port(None)
        self._addresses = addresses
        # The ingestor embeds documents in bulk, so it gets the cores; a question is only one text
        self._workers = (
            min(_MOST_WORKERS, os.cpu_count() or 1) if service is Service.INGESTOR else 1
        )

    @property
    def health(self) -> str:
        """The URL of the readiness probe."""
        return f"http://{LOOPBACK}:{self.port}/health/ready"

    def prepare(self, cancel: Event) -> None:
        """Nothing to install: services are packages beside this one."""

    def command(self) -> Command:
        """Return the service's command line and settings."""
        return Command(
            argv=(sys.executable, "-m", f"ragline_{self.name}"),
            env=environment(self.port, self._addresses, embedding_workers=self._workers),
            cwd=self.folder,
        )

    def is_ready(self) -> bool:
        """Return whether the service reports that it is ready."""
        return is_healthy(self.health)


def environment(
    port: int,
    addresses: Mapping[str, str],
    *,
    embedding_workers: int = 1,
    given: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return a service's settings: the user's, overridden by the stack's addresses."""
    defaults = {
        "RAGLINE_LOG__FORMAT": "text",
        "RAGLINE_EMBEDDING__WORKERS": str(embedding_workers),
        "TOKENIZERS_PARALLELISM": "false",
    }
    own = {name: value for name, value in defaults.items() if name not in given}
    return (
        own
        | dict(addresses)
        | {
            "RAGLINE_HTTP__HOST": LOOPBACK,
            "RAGLINE_HTTP__PORT": str(port),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # recompiling torch would cost each start 10 s
        }
    )


def is_healthy(url: str) -> bool:
    """Return whether a probe answers 200."""
    return ask_probe(url).ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The result of a readiness probe; `degraded` names what a ready service does without."""

    ready: bool
    problems: Mapping[str, str] = field(default_factory=dict)
    degraded: Mapping[str, str] = field(default_factory=dict)


def ask_probe(url: str) -> Probed:
    """Query a readiness probe; a service that does not answer is not ready."""
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_TIMEOUT_S) as answer:  # noqa: S310 - ours
            return _probed(answer.status == 200, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _probed(False, error.read())
    except (urllib.error.URLError, OSError) as error:
        return Probed(ready=False, problems={"probe": str(error)})


def _probed(ready: bool, body: bytes) -> Probed:
    try:
        found = json.loads(body)
        return Probed(
            ready=ready,
            problems=dict(found.get("problems", {})),
            degraded=dict(found.get("degraded", {})),
        )
    except (ValueError, AttributeError, TypeError):
        return Probed(ready=ready)
