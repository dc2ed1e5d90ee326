"""Wire format of the server-sent events.

Source: WHATWG HTML Standard, section 9.2 "Server-sent events". Data are JSON without line breaks,
so each event has one `data` line.
"""

from __future__ import annotations

import json
from typing import Any

from ragline.adapters.redis.entries import Entry
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.readers import Followed, GaveUp, Silence

ENTRY_ID = "[0-9]{1,9}(-[0-9]{1,9})?"
"""Pattern of the id of a stage or token event."""

DONE = "done"
"""The id of the last event of a stream."""

_RETRY_MS = 1_000
PING = b": ping\n\n"
# Delay after which browsers reconnect by themselves
CLOSING = f"retry: {_RETRY_MS}\n: this replica stops, go on elsewhere\n\n".encode()


def frame(followed: Followed, *, gave_up: dict[str, Any]) -> bytes:
    """Return the event as bytes; `gave_up` is the problem to send when no answer came."""
    match followed:
        case Entry() as entry:
            kind = "stage" if entry.order[0] == 0 else "token"
            return f"id: {entry.id}\nevent: {kind}\ndata: {entry.data}\n\n".encode()
        case Answer(data):
            return f"id: {DONE}\nevent: answer\ndata: ".encode() + data + b"\n\n"
        case GaveUp():
            return f"id: {DONE}\nevent: problem\ndata: {json.dumps(gave_up)}\n\n".encode()
        case Closing():
            return CLOSING
        case Silence():
            return PING
