"""Which failures of Weaviate are worth another try."""

import asyncio

import httpx
import pytest
from grpc import StatusCode
from grpc.aio import AioRpcError, Metadata
from weaviate.exceptions import (
    AuthenticationFailedError,
    InsufficientPermissionsError,
    UnexpectedStatusCodeError,
    WeaviateConnectionError,
    WeaviateGRPCUnavailableError,
    WeaviateInvalidInputError,
    WeaviateQueryError,
    WeaviateTimeoutError,
)

from ragline.adapters.stores.marked.objects import UnknownCollection
from ragline.adapters.stores.weaviate import errors as weaviate
from ragline.errors import Misconfigured, PermanentError, Superseded, Unavailable


def rpc(code: StatusCode, details: str = "") -> AioRpcError:
    return AioRpcError(code, Metadata(), Metadata(), details=details)


def query_error(code: StatusCode, details: str = "") -> WeaviateQueryError:
    """Return the client's error as it raises it: the gRPC call only in its context."""
    error = WeaviateQueryError(details, "GRPC search")
    error.__context__ = rpc(code, details)
    return error


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (query_error(StatusCode.UNAVAILABLE), Unavailable),
        (query_error(StatusCode.DEADLINE_EXCEEDED), Unavailable),
        (query_error(StatusCode.UNKNOWN, "shard is read-only"), Unavailable),
        (query_error(StatusCode.RESOURCE_EXHAUSTED, "overloaded"), Unavailable),
        (query_error(StatusCode.RESOURCE_EXHAUSTED, "message larger than max"), PermanentError),
        (query_error(StatusCode.ABORTED), Unavailable),
        (query_error(StatusCode.INTERNAL, "stream reset"), Unavailable),
        (query_error(StatusCode.UNKNOWN, 'tenant not found: "x"'), weaviate.UnknownTenant),
        (
            query_error(StatusCode.UNKNOWN, "could not find class Chunks in schema"),
            UnknownCollection,
        ),
        (query_error(StatusCode.INVALID_ARGUMENT), PermanentError),
        (query_error(StatusCode.UNAUTHENTICATED), Misconfigured),
        (rpc(StatusCode.PERMISSION_DENIED), Misconfigured),
        (UnexpectedStatusCodeError("x", httpx.Response(401)), Misconfigured),
        (UnexpectedStatusCodeError("x", httpx.Response(422)), PermanentError),
        (UnexpectedStatusCodeError("x", httpx.Response(429)), Unavailable),
        (UnexpectedStatusCodeError("x", httpx.Response(403)), Misconfigured),
        (InsufficientPermissionsError(rpc(StatusCode.PERMISSION_DENIED)), Misconfigured),
        (AuthenticationFailedError("wrong key"), Misconfigured),
        (WeaviateInvalidInputError("no vector"), PermanentError),
        (UnexpectedStatusCodeError("x", httpx.Response(408)), Unavailable),
        (UnexpectedStatusCodeError("x", httpx.Response(500)), Unavailable),
        (UnexpectedStatusCodeError("x", httpx.Response(503)), Unavailable),
        (WeaviateGRPCUnavailableError(), Unavailable),
        (WeaviateConnectionError("refused"), Unavailable),
        (WeaviateTimeoutError("slow"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (httpx.RemoteProtocolError("broke off"), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (Superseded("ours"), Superseded),
    ],
)
async def test_weaviate_failures_are_told_apart_by_their_code(
    failure: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        async with weaviate.guarded("read", 1.0):
            raise failure
    assert type(caught.value) is expected


async def test_a_call_that_hangs_ends_at_the_limit_and_says_what_to_do() -> None:
    with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__TIMEOUT_S"):
        async with weaviate.guarded("read", 0.01):
            await asyncio.Event().wait()
