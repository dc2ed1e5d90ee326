"""A real Prometheus that scrapes the services of a stack, with our rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from ragline_cli.generated.monitoring.alerts import alerts
from ragline_cli.generated.monitoring.prometheus_rule import prometheus_rule
from ragline_cli.stack.http_get import http_get
from ragline_cli.stack.ports import LOOPBACK, choose_port
from ragline_cli.stack.processes import Command
from ragline_cli.stack.server import Server
from ragline_cli.stack.services import ServiceProcess

_TIMEOUT_S = 30.0


class PrometheusServer(Server):
    """It looks every second; each series has the labels that the `PodMonitor` gives it."""

    name = "prometheus"

    def __init__(self, folder: Path, services: Iterable[ServiceProcess]) -> None:
        super().__init__(folder)
        self._services = tuple(services)
        self._port = choose_port(None)

    def prepare(self, cancel: Event) -> None:
        """Write its configuration and the rules."""
        rules = {"groups": prometheus_rule(alerts())["spec"]["groups"]}
        (self.folder / "rules.yaml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        targets = [
            {
                "targets": [urlsplit(service.health).netloc],
                "labels": {
                    "app_kubernetes_io_name": service.name,
                    "app_kubernetes_io_part_of": "ragline",
                },
            }
            for service in self._services
        ]
        made = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "scrape_configs": [{"job_name": "ragline", "static_configs": targets}],
        }
        self._configuration.write_text(yaml.safe_dump(made), encoding="utf-8")

    def command(self) -> Command:
        """Return its command line."""
        program = shutil.which(self.name)
        assert program is not None
        options = (
            f"--config.file={self._configuration}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={LOOPBACK}:{self._port}",
            "--enable-feature=exemplar-storage",
            "--log.level=warn",
        )
        return Command(argv=(program, *options), cwd=self.folder)

    def probe(self) -> str | None:
        """Return what it lacks to serve."""
        answer = http_get(f"http://{LOOPBACK}:{self._port}/-/ready", timeout_s=_TIMEOUT_S)
        return None if answer.status == HTTPStatus.OK else f"it answers {answer.status}"

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of `/api/v1/<path>`."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        url = f"http://{LOOPBACK}:{self._port}/api/v1/{path}{query}"
        answer = json.loads(http_get(url, timeout_s=_TIMEOUT_S).body)
        assert answer["status"] == "success", answer
        return answer["data"]

    @property
    def _configuration(self) -> Path:
        return self.folder / "prometheus.yaml"
