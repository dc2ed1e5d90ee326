"""The log line and the metrics of each request."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragline.clock import Monotonic
from ragline.observability.logs import trace_fields
from ragline.observability.metrics import Metrics
from ragline_gateway.observing.routes import route_of

log = logging.getLogger("ragline_gateway.access")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STREAM = b"text/event-stream"


@dataclass(slots=True)
class _Seen:
    """What is known about one request so far. `status` is 0 until the response starts."""

    started: float
    status: int = 0
    bytes: int = 0
    first_s: float | None = None

    def answer_begins(self, message: Message, now: float) -> None:
        self.status = message["status"]
        if any(n == b"content-type" and v.startswith(_STREAM) for n, v in message["headers"]):
            self.first_s = now - self.started


def method_of(scope: Scope) -> str:
    """Return the method of a request, or `OTHER` for what a caller has made up."""
    return str(scope["method"]) if scope["method"] in _METHODS else "OTHER"


class Observed:
    """ASGI middleware, outermost: logs and counts what happened to each request.

    A line has method, route, status, milliseconds, caller and bytes sent. Query strings, headers,
    bodies and paths that match no route are left out, because any of them may contain a key. An
    event stream is logged when it ends; its duration is measured until it begins.

    Args:
        app: the application that serves the requests.
        metrics: where they are counted.
        clock: monotonic seconds.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, clock: Monotonic = time.monotonic
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(self._clock())
        root = scope.get("root_path", "")

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.answer_begins(message, self._clock())
            else:
                seen.bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._tell(seen, scope, route_of(scope, root=root))

    def _tell(self, seen: _Seen, scope: Scope, route: str) -> None:
        took_s = self._clock() - seen.started
        state = scope.get("state", {})
        self._count(seen, route, took_s, state.get("problem"))
        caller = state.get("caller")
        fields = {
            "method": method_of(scope),
            "route": route,
            "status": seen.status,
            "ms": round(took_s * 1_000, 1),
            "subject": caller.subject if caller else "-",
            "bytes": seen.bytes,
        }
        log.info(" ".join(f"{value}" for value in fields.values()), extra=fields | trace_fields())

    def _count(self, seen: _Seen, route: str, took_s: float, problem: str | None) -> None:
        status = f"{seen.status // 100}xx" if seen.status else "none"
        self._metrics.count("ragline_gateway_requests_total", route=route, status=status)
        seconds = took_s if seen.first_s is None else seen.first_s
        self._metrics.observe("ragline_gateway_request_seconds", seconds, route=route)
        if problem is not None:
            self._metrics.count("ragline_gateway_rejected_total", reason=problem)
