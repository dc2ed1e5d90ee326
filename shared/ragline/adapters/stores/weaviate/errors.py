"""Translates Weaviate's failures into the error tree, and limits the time of every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
from grpc import StatusCode
from grpc.aio import AioRpcError
from weaviate.exceptions import (
    AuthenticationFailedError,
    InsufficientPermissionsError,
    MissingScopeError,
    UnexpectedStatusCodeError,
    WeaviateBaseError,
    WeaviateInsertInvalidPropertyError,
    WeaviateInvalidInputError,
    WeaviateUnsupportedFeatureError,
)

from ragline.adapters.circuit.bounded_calls import allowed
from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.distrust import distrust
from ragline.errors import Misconfigured, PermanentError, RaglineError, Unavailable

_REFUSED = {StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED}
_NO_SUCH_COLLECTION = ("could not find class", "class not found")
_NO_SUCH_TENANT = ("tenant not found", "request was without tenant")
_INVALID = {StatusCode.INVALID_ARGUMENT, StatusCode.OUT_OF_RANGE, StatusCode.UNIMPLEMENTED}
_TOO_LARGE = "message larger than max"  # comes with RESOURCE_EXHAUSTED, as overload does
_REFUSED_BY_CLIENT = (
    AuthenticationFailedError,
    InsufficientPermissionsError,
    MissingScopeError,
)
_INVALID_FOR_CLIENT = (
    WeaviateInvalidInputError,
    WeaviateInsertInvalidPropertyError,
    WeaviateUnsupportedFeatureError,
)
_PASSING_STATUS = {408, 425, 429}


class UnknownTenant(PermanentError):
    """A tenant to which nothing was ever written; readers get empty results instead of an error."""


@asynccontextmanager
async def guarded(action: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the block's time in seconds and translate its failures.

    The client itself retries for up to a minute, so we need our own limit.

    Raises:
        Unavailable: the server is down, too slow or in trouble.
        UnknownCollection: there is no such collection.
        UnknownTenant: there is no such tenant.
        Misconfigured: wrong key or missing rights.
        PermanentError: the server rejects the request.
    """
    try:
        with allowed(timeout_s):
            async with asyncio.timeout(timeout_s):
                yield
    except RaglineError:
        raise
    except TimeoutError as error:
        raise Unavailable(
            f"Weaviate: {action} took longer than {timeout_s:g} s: check that it runs at "
            "RAGLINE_VECTOR_STORE__URL, its load, or raise RAGLINE_VECTOR_STORE__TIMEOUT_S"
        ) from error
    except (WeaviateBaseError, AioRpcError, httpx.HTTPError, OSError) as error:
        raise _translated(action, error) from error


def _translated(action: str, error: BaseException) -> RaglineError:
    if untrusted := distrust(error):
        return Misconfigured(
            f"Weaviate: {action} failed: its certificate is not trusted: {untrusted}: name its "
            "authority in SSL_CERT_FILE, and in GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"
        )
    message = f"Weaviate: {action} failed: {error}"
    # the client's exception class does not tell transient from permanent; the gRPC code behind it
    # does, except for UNKNOWN, which the server gives to nearly everything
    call = next((each for each in _chain(error) if isinstance(each, AioRpcError)), None)
    details = (call.details() or "") if call is not None else ""
    if any(said in details for said in _NO_SUCH_TENANT):
        return UnknownTenant(message)
    if any(said in details for said in _NO_SUCH_COLLECTION):
        return UnknownCollection(message)
    if _is_refused(error, call):
        return Misconfigured(f"{message}: check RAGLINE_VECTOR_STORE__API_KEY and its rights")
    if _is_invalid(error, call):
        return PermanentError(message)
    return Unavailable(message)


def _is_refused(error: BaseException, call: AioRpcError | None) -> bool:
    by_server = (call is not None and call.code() in _REFUSED) or _http_status(error) in (401, 403)
    return by_server or isinstance(error, _REFUSED_BY_CLIENT)


def _is_invalid(error: BaseException, call: AioRpcError | None) -> bool:
    if call is not None and (call.code() in _INVALID or _TOO_LARGE in (call.details() or "")):
        return True
    status = _http_status(error)
    if 400 <= status < 500 and status not in _PASSING_STATUS:
        return True
    return isinstance(error, _INVALID_FOR_CLIENT)


def _http_status(error: BaseException) -> int:
    return error.status_code if isinstance(error, UnexpectedStatusCodeError) else 0


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
