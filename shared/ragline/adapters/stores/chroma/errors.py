"""Translates Chroma's failures into the error tree, and limits the time of every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx

from ragline.adapters.circuit.bounded_calls import allowed
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.errors import Misconfigured, PermanentError, RaglineError, Unavailable

_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
# the server has not been made for this, and never will be by waiting
_NEVER = {HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED}
_SAID_CHARS = 500
# what its index still had, and its records no longer
_OVERTAKEN = "Error finding id"


class Overtaken(Unavailable):
    """A search met a record that somebody removed meanwhile; Chroma fails as a whole then."""


@asynccontextmanager
async def guarded(action: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the block's time in seconds and translate its failures.

    Raises:
        Unavailable: the server is down, too slow or in trouble.
        Overtaken: it found a record that was removed meanwhile.
        UnknownCollection: there is no such collection.
        Misconfigured: wrong key or missing rights, or what answers is not Chroma.
        PermanentError: the server rejects the request.
    """
    try:
        with allowed(timeout_s):
            async with asyncio.timeout(timeout_s):
                yield
    except RaglineError:
        raise
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unavailable(
            f"Chroma: {action} took longer than {timeout_s:g} s: check that it runs at "
            "RAGLINE_VECTOR_STORE__URL, its load, or raise RAGLINE_VECTOR_STORE__TIMEOUT_S"
        ) from error
    except httpx.HTTPStatusError as error:
        raise refused(action, error.response) from error
    except ValueError as error:
        raise Misconfigured(
            f"Chroma: {action}: what answers at RAGLINE_VECTOR_STORE__URL is not Chroma's API v2: "
            f"{error}"
        ) from error
    except (httpx.HTTPError, OSError, RuntimeError) as error:
        # the client raises a RuntimeError for a call on a connection that was given up
        raise Unavailable(
            f"Chroma: {action} failed: {error!r}: check that it runs at RAGLINE_VECTOR_STORE__URL"
        ) from error


def refused(action: str, answer: httpx.Response) -> RaglineError:
    """Return the error for an answer that is none of the server's successes."""
    status, said = answer.status_code, answer.text[:_SAID_CHARS]
    message = f"Chroma: {action} failed ({status}): {said}"
    if status in _REFUSED:
        return Misconfigured(f"{message}: check RAGLINE_VECTOR_STORE__API_KEY and its rights")
    if status == HTTPStatus.NOT_FOUND and "Collection" in said:
        return UnknownCollection(message)
    if status in _NEVER or (HTTPStatus.BAD_REQUEST <= status < 500 and status not in _PASSING):
        return PermanentError(message)
    return Overtaken(message) if _OVERTAKEN in said else Unavailable(message)
