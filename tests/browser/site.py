"""The whole pipeline behind a real gateway, with documents to ask about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser.model import PatientModel, patient_model
from tests.e2e.conftest import Pipeline, running_pipeline

from ragline.contracts.topics import Service
from ragline_cli.stack.server import Server
from ragline_cli.stack.state import StackKind

TENANT = "acme"
BADGES = """# Badges

Everybody who works on site wears a badge 🅿. It opens the doors of your own floor.

## Lost badges

Report a lost badge to the front desk at once. Bring your passport when you ask for a new one.
The first replacement is free of charge. The second one costs ten euros.
"""
EVIL = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
ZEBRA = f"""# Zebra {EVIL}

The zebra protocol {EVIL} needs a [striped cable](javascript:window.hit=1) of two metres.
"""


@dataclass(frozen=True)
class Site:
    """The console's address, and the pipeline behind it."""

    url: str
    pipeline: Pipeline
    model: PatientModel

    @property
    def gateway(self) -> Server:
        """The gateway's process."""
        servers = self.pipeline.launcher.plan.services
        return next(server for server in servers if server.name == Service.GATEWAY.value)

    def get(self, path: str) -> Any:
        """Read from the API, without the browser."""
        answer = httpx.get(f"{self.url}{path}", headers={"Ragline-Tenant": TENANT}, timeout=10)
        return answer.raise_for_status().json()


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Start everything, and index the documents."""
    with pytest.MonkeyPatch.context() as environment, patient_model() as model:
        environment.setenv("RAGLINE_LLM__BASE_URL", model.url)
        environment.setenv("RAGLINE_LLM__API_KEY", "none")
        environment.setenv("RAGLINE_LLM__MODEL", "patient")
        with running_pipeline(StackKind.EMBEDDED, folder) as pipeline:
            for name, content in (("badges.md", BADGES), ("zebra.md", ZEBRA)):
                document = {"document_id": name, "content": content, "url": "javascript:alert(1)"}
                status = pipeline.change(tenant=TENANT, version=3, **document)
                assert status["status"] == "indexed", status
            yield Site(pipeline.launcher.plan.addresses.gateway.url, pipeline, model)
