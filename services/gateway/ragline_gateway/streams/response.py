"""The response of a stream: its generator ends with it, also when the reader goes away."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would gather events
}


class EventStream(StreamingResponse):
    """Server-sent events.

    Starlette leaves the generator of a broken connection to the garbage collector, and with it
    the reader's place in the hub. FastAPI reads the status off the signature, for its document.
    """

    def __init__(self, events: AsyncGenerator[bytes, None], status_code: int = 200) -> None:
        super().__init__(events, status_code, headers=_HEADERS, media_type="text/event-stream")
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send the events, and end their generator whatever happens."""
        async with aclosing(self._events):
            await super().stream_response(send)
