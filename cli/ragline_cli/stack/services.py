"""The services as local processes, one `python -m ragline_<name>` each."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from ragline.adapters.models import bundles
from ragline.contracts.topics import Service
from ragline.model_settings import EmbeddingSettings
from ragline.settings import ServiceSettings
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server

# A service limits each check of its probe to 2 s, and makes them one after the other
_PROBE_TIMEOUT_S = 15.0
_MOST_WORKERS = 4
_EMBEDDING = (Service.RETRIEVER, Service.INGESTOR)


class Embedding(ServiceSettings):
    """The embedding model of the services that embed."""

    embedding: EmbeddingSettings = EmbeddingSettings()


class ServiceProcess(Server):
    """One service. It waits for its dependencies itself, so the start order does not matter.

    Args:
        service: which one.
        folder: the working directory.
        addresses: settings with the stack's addresses (`Addresses.environment`).
        log: the file for its output.
        name: of this process, if a service has several.
    """

    stop_grace_s = 25.0  # longer than `kafka.drain_timeout_s`, else a stop causes redeliveries

    def __init__(
        self,
        service: Service,
        folder: Path,
        *,
        addresses: Mapping[str, str],
        log: Path,
        name: str | None = None,
    ) -> None:
        super().__init__(folder, log=log)
        self._service = service
        self.name = name or service.value
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
        """Fetch the embedding model, so that the start says what takes long and what is wrong.

        Raises:
            StackError: it cannot be had.
        """
        if self._service not in _EMBEDDING:
            return
        settings = Embedding().embedding
        if settings.model in bundles.names() and not bundles.is_fetched(
            settings.model, settings.models_dir
        ):
            fetch = Command(argv=(sys.executable, "-m", bundles.__name__, settings.model))
            self._run(fetch, cancel, what="downloading the embedding model")

    def command(self) -> Command:
        """Return the service's command line and settings."""
        return Command(
            argv=(sys.executable, "-m", f"ragline_{self._service}"),
            env=environment(self.port, self._addresses, embedding_workers=self._workers),
            cwd=self.folder,
        )

    def probe(self) -> str | None:
        """Return why the service reports that it is not ready."""
        found = ask_probe(self.health)
        return None if found.ready else "; ".join(found.problems.values()) or "its probe fails"


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
            "PYTHONDONTWRITEBYTECODE": "",  # compiling all packages anew would slow each start
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
    """Query a readiness probe; a service that does not answer, or not to the end, is not ready."""
    try:
        answer = http_get(url, timeout_s=_PROBE_TIMEOUT_S)
    except OSError as error:
        return Probed(ready=False, problems={"probe": f"no answer ({error})"})
    return _probed(answer.status == 200, answer.body)


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
