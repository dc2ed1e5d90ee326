"""The middleware around the routes: request log, authentication, limits, error responses."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from ragline.observability.metrics import Metrics
from ragline.observability.tracer import Tracer
from ragline_gateway.access.gate import Authenticates, Gate
from ragline_gateway.api_document import complete_document
from ragline_gateway.head_requests import HeadRequests
from ragline_gateway.limits.allowance import Limiter
from ragline_gateway.limits.origins import PageSecurity, cors
from ragline_gateway.limits.size import SizeLimit
from ragline_gateway.observing.requests import Observed
from ragline_gateway.observing.traced import Traced
from ragline_gateway.problem_responses import install
from ragline_gateway.settings import GatewayGroup
from ragline_gateway.unexpected import Unexpected


def add_middlewares(
    app: FastAPI,
    *,
    authenticator: Authenticates,
    limiter: Limiter,
    metrics: Metrics,
    settings: GatewayGroup,
    new_id: Callable[[], str],
    tracer: Tracer,
) -> None:
    """Add the middleware that every request of `app` passes through.

    From the outermost to the innermost: the trace; log and metrics; security and CORS headers,
    which error responses get as well; unexpected errors as 500; the body size limit; authentication
    and rate limit; HEAD as GET.
    """
    install(app)
    complete_document(app)
    # each middleware wraps those added before it, so the innermost is added first
    app.add_middleware(HeadRequests)
    app.add_middleware(Gate, authenticator=authenticator, limiter=limiter)
    app.add_middleware(SizeLimit, most=settings.max_body_bytes)
    app.add_middleware(Unexpected, new_id=new_id)
    if settings.cors_origins:
        allowed = cors(settings.cors_origins)
        app.add_middleware(allowed.cls, *allowed.args, **allowed.kwargs)
    app.add_middleware(PageSecurity)
    app.add_middleware(Observed, metrics=metrics)
    if tracer.on:
        app.add_middleware(Traced, tracer=tracer)
