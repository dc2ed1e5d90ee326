"""The SDK's transport without sessions. Imported when the first agent comes: it takes a second."""

from __future__ import annotations

import logging

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import ASGIApp, Receive, Scope, Send

from ragline_gateway.mcp.server import make_server
from ragline_gateway.parts import Parts


def make_transport(parts: Parts) -> ASGIApp:
    """Return the application that answers the messages of MCP.

    Each request has a transport of its own, which ends with it: so a caller who goes away, or a
    replica that stops, cancels what works for the request.
    """
    # Two lines for each request, which say that it begins and ends
    logging.getLogger("mcp.server").setLevel(logging.WARNING)
    server = make_server(parts)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        transport = StreamableHTTPSessionManager(
            server, stateless=True, max_request_body_size=parts.settings.max_body_bytes
        )
        async with transport.run():
            await transport.handle_request(scope, receive, send)

    return serve
