"""A streaming response that closes its generator when it ends, even if the client disconnects."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Send

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would otherwise buffer events
}


class EventStream(StreamingResponse):
    """Server-sent events.

    After a broken connection Starlette leaves the generator, and with it the reader's registration
    in the hub, to the garbage collector; this class closes it. FastAPI reads the status for the
    OpenAPI document from the signature.
    """

    def __init__(self, events: AsyncGenerator[bytes, None], status_code: int = 200) -> None:
        super().__init__(events, status_code, headers=_HEADERS, media_type="text/event-stream")
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send the events and always close their generator."""
        async with aclosing(self._events):
            await super().stream_response(send)
