"""Translates the failures of Pinecone's client into the error tree, and limits calls' time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from pinecone.errors.exceptions import (
    ApiError,
    ForbiddenError,
    NotFoundError,
    PaymentRequiredError,
    PineconeConnectionError,
    PineconeError,
    PineconeTimeoutError,
    RateLimitError,
    ResponseParsingError,
    UnauthorizedError,
)

from ragline.adapters.circuit.bounded_calls import allowed
from ragline.errors import Misconfigured, PermanentError, RaglineError, RateLimited, Unavailable
from ragline.retry_after import parse_retry_after

_REFUSED = (UnauthorizedError, ForbiddenError, PaymentRequiredError)
_AWAY = (PineconeConnectionError, PineconeTimeoutError, ResponseParsingError)
_PASSING_STATUS = {408, 409, 425}


class UnknownIndex(Unavailable):
    """An index that does not exist: not created yet, or removed."""


@asynccontextmanager
async def guarded(action: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the block's time in seconds and translate its failures.

    Raises:
        Unavailable: Pinecone does not answer, is too slow or in trouble.
        RateLimited: a limit of requests or of the month is reached.
        UnknownIndex: there is no such index.
        Misconfigured: wrong key, missing rights, or a quota that only the account's owner can lift.
        PermanentError: the request is rejected.
    """
    try:
        with allowed(timeout_s):
            async with asyncio.timeout(timeout_s):
                yield
    except RaglineError:
        raise
    except PineconeError as error:
        raise _translated(action, error) from error
    except TimeoutError as error:
        raise Unavailable(
            f"Pinecone: {action} took longer than {timeout_s:g} s: check the network and "
            "Pinecone's status page, or raise RAGLINE_VECTOR_STORE__TIMEOUT_S"
        ) from error
    except (httpx.HTTPError, OSError) as error:
        raise Unavailable(f"Pinecone: {action} failed: {error}") from error


def _translated(action: str, error: PineconeError) -> RaglineError:
    message = f"Pinecone: {action} failed: {error}"
    if isinstance(error, RateLimitError):
        return RateLimited(message, retry_after=error.retry_after)
    if isinstance(error, _REFUSED):
        return Misconfigured(
            f"{message}: check RAGLINE_VECTOR_STORE__API_KEY, its rights and the project's quotas"
        )
    if isinstance(error, NotFoundError):
        return UnknownIndex(message)
    if isinstance(error, _AWAY):
        return Unavailable(f"{message}: check RAGLINE_VECTOR_STORE__URL and the network")
    if isinstance(error, ApiError) and _passes(error.status_code):
        return Unavailable(message, retry_after=_retry_after(error))
    return PermanentError(message)


def _passes(status: int) -> bool:
    return status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _PASSING_STATUS


def _retry_after(error: ApiError) -> float | None:
    said = {name.lower(): value for name, value in (error.headers or {}).items()}
    return parse_retry_after(said.get("retry-after"), now=datetime.now(UTC))
