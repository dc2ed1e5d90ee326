"""The HTTP endpoints `/health/live`, `/health/ready` and `/metrics`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping

from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ragline.observability.health import Health, ProbeResult
from ragline.observability.http import serve_http
from ragline.observability.metrics import Metrics
from ragline.redaction import without_secrets
from ragline.settings import HttpSettings


def _respond(verdict: ProbeResult, good: str) -> JSONResponse:
    status = good if verdict.ok else f"not {good}"
    body = {
        "status": status,
        "problems": _told(verdict.problems),
        "degraded": _told(verdict.degraded),
    }
    return JSONResponse(body, status_code=200 if verdict.ok else 503)


def _told(found: Mapping[str, str]) -> dict[str, str]:
    return {name: without_secrets(text) for name, text in found.items()}


def make_app(health: Health, metrics: Metrics) -> Starlette:
    """Return the ASGI app of the three endpoints."""

    async def live(_: Request) -> Response:
        return _respond(health.liveness(), "live")

    async def ready(_: Request) -> Response:
        return _respond(await health.readiness(), "ready")

    async def scrape(request: Request) -> Response:
        # exemplars are part of OpenMetrics alone, which Prometheus asks for
        write, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(write(metrics.registry), media_type=media_type)

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", scrape),
        ]
    )


@contextlib.asynccontextmanager
async def serve_probes(
    settings: HttpSettings, health: Health, metrics: Metrics
) -> AsyncIterator[int]:
    """Serve the endpoints while the context is open, and yield the port.

    Raises:
        Misconfigured: the port is taken.
    """
    app = make_app(health, metrics)
    async with serve_http(
        app, host=settings.host, port=settings.port, setting="RAGLINE_HTTP__PORT"
    ) as port:
        yield port
