"""The span of each request, for the records that it publishes."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragline.contracts.trace_context import TRACEPARENT, TRACESTATE, read_trace
from ragline.observability import semantic_conventions as names
from ragline.observability.tracer import SpanKind, Tracer, active
from ragline_gateway.observing.requests import method_of
from ragline_gateway.observing.routes import route_of


class Traced:
    """ASGI middleware: a request is a span below the one that its `traceparent` names.

    Args:
        app: the application that serves the requests.
        tracer: begins the spans.
    """

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, root = Headers(scope=scope), scope.get("root_path", "")
        parent = read_trace(headers.get(TRACEPARENT), headers.get(TRACESTATE))
        method = method_of(scope)
        with active(self._tracer.begin(method, kind=SpanKind.SERVER, parent=parent)) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.note({names.HTTP_STATUS: message["status"]})
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                route = route_of(scope, root=root)
                span.renamed(f"{method} {route}")
                span.note({names.HTTP_METHOD: method, names.HTTP_ROUTE: route})
