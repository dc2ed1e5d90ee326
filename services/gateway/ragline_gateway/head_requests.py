"""HEAD is answered like GET, without the body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The answer of an event stream begins at once, and ends only with the question's
_STREAMS = "/events"


class HeadRequests:
    """ASGI middleware: passes HEAD on as GET, for which alone the framework's routes are made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not _is_head(scope):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server looks at its own scope to leave the body out
        inner = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, without_body)
        finally:
            scope.update({**inner, "method": "HEAD"})  # what served it is logged


def _is_head(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "HEAD"
        and not scope["path"].endswith(_STREAMS)
    )
