"""A client that goes away."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.patience import PATIENCE_S
from tests.unit.gateway.mcp.agents import Gateway
from tests.unit.gateway.real_api import as_


async def leave(gateway: Gateway, path: str, body: bytes, *, when: asyncio.Event) -> None:
    """Send a request, and break its connection when something has happened."""
    (name, value), *_ = as_("asker").items()
    headers = [(name.lower().encode(), value.encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "server": ("gateway", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await when.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    async with asyncio.timeout(PATIENCE_S):
        await gateway.app(scope, receive, send)
