"""Translates Qdrant's failures into the error tree, and limits the time of every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from ragline.adapters.circuit.bounded_calls import allowed
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.errors import Misconfigured, PermanentError, RaglineError, Unavailable

_REFUSED = {401, 403}
_PASSING = {408, 425, 429}
_SAID_CHARS = 500
_MISSING = "not found"  # says the local mode of a collection
_CLIENTS = (
    ResponseHandlingException,
    UnexpectedResponse,
    ResourceExhaustedResponse,
    httpx.HTTPError,
    OSError,  # a TimeoutError is one
    RuntimeError,  # of a call on a connection that was given up
    ValueError,
)


@asynccontextmanager
async def guarded(action: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the block's time in seconds and translate its failures.

    Raises:
        Unavailable: the server is down, too slow or in trouble.
        UnknownCollection: there is no such collection.
        Misconfigured: wrong key or missing rights.
        PermanentError: the server rejects the request.
    """
    try:
        with allowed(timeout_s):
            async with asyncio.timeout(timeout_s):
                yield
    except RaglineError:
        raise
    except _CLIENTS as error:
        raise _translated(action, timeout_s, error) from error


def _translated(action: str, timeout_s: float, error: Exception) -> RaglineError:
    # the client wraps what its HTTP library raises
    cause = error.source if isinstance(error, ResponseHandlingException) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return _too_slow(action, timeout_s)
    if isinstance(cause, UnexpectedResponse):
        return _refused(action, cause)
    if isinstance(cause, httpx.HTTPError | OSError | RuntimeError | ResourceExhaustedResponse):
        return _unreachable(action, cause)
    if isinstance(error, ResponseHandlingException):
        return Misconfigured(
            f"Qdrant: {action}: what answers at RAGLINE_VECTOR_STORE__URL is not Qdrant, or of "
            f"another release than its client: {cause}"
        )
    # the client's local mode raises nothing else
    message = f"Qdrant: {action} failed: {cause}"
    return UnknownCollection(message) if _MISSING in str(cause) else PermanentError(message)


def _too_slow(action: str, timeout_s: float) -> Unavailable:
    return Unavailable(
        f"Qdrant: {action} took longer than {timeout_s:g} s: check that it runs at "
        "RAGLINE_VECTOR_STORE__URL, its load, or raise RAGLINE_VECTOR_STORE__TIMEOUT_S"
    )


def _unreachable(action: str, error: BaseException) -> Unavailable:
    return Unavailable(
        f"Qdrant: {action} failed: {error!r}: check that it runs at RAGLINE_VECTOR_STORE__URL"
    )


def _refused(action: str, error: UnexpectedResponse) -> RaglineError:
    status, said = error.status_code or 0, error.content[:_SAID_CHARS].decode(errors="replace")
    message = f"Qdrant: {action} failed ({status}): {said}"
    if status in _REFUSED:
        return Misconfigured(f"{message}: check RAGLINE_VECTOR_STORE__API_KEY and its rights")
    if status == 404 and "ollection" in said:
        return UnknownCollection(message)
    if 400 <= status < 500 and status not in _PASSING:
        return PermanentError(message)
    return Unavailable(message)
