"""What the probes answer over HTTP."""

from __future__ import annotations

import httpx

from ragline.observability.health import Health
from ragline.observability.metrics import Metrics
from ragline.observability.probes import make_app


async def test_a_probe_tells_no_password() -> None:
    health = Health()
    health.waiting = "waiting: redis://:hunter2@cache:6379/0 does not answer"
    transport = httpx.ASGITransport(make_app(health, Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://probes") as http:
        told = await http.get("/health/ready")

    assert told.json()["problems"] == {"start": "waiting: redis://cache:6379/0 does not answer"}
