"""Names of calls, so that a later notification can cancel one on any replica. Pure.

Up to revision 2025-11-25 a client cancels by a notification in a request of its own. The server
keeps no sessions: it only gives each client an id that the client sends along. From it, and from
the call's number, a call's question gets its id (as from an `Idempotency-Key`), so whoever receives
the notification knows which question is meant. The caller is part of that id: nobody can name
somebody else's. From revision 2026-07-28 on a client cancels by closing the response instead.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import Headers

SESSION_HEADER = "Mcp-Session-Id"
CANCELLED = "notifications/cancelled"
_INITIALIZE = "initialize"

_LONGEST = 128


def call_key(headers: Headers, request_id: Any) -> str | None:
    """Return the name of the request `request_id`, or None if it belongs to no session."""
    session = headers.get(SESSION_HEADER)
    if not session or len(session) > _LONGEST or not _is_id(request_id):
        return None
    # 1 and "1" are different ids
    return f"mcp\0{session}\0{json.dumps(request_id)}"


def cancelled_request(body: bytes) -> Any | None:
    """Return the id of the request that the message `body` cancels, or None if it cancels none."""
    # Some write a slash as `\/`: only its last word is sure to be there as it is
    message = _message(body, CANCELLED, word="cancelled")
    if message is None or "id" in message:
        return None
    params = message.get("params")
    found = params.get("requestId") if isinstance(params, dict) else None
    return found if _is_id(found) else None


def begins_session(body: bytes) -> bool:
    """Return whether the message `body` is a client's first: it gets a session of its own.

    A client that begins anew counts its calls anew; under an old name they would be old questions.
    """
    return _message(body, _INITIALIZE, word=_INITIALIZE) is not None


def _message(body: bytes, method: str, *, word: str) -> dict[str, Any] | None:
    """Return the message `body` if it is of `method`; one without `word` is not even parsed."""
    if word.encode() not in body:
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("method") == method else None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
