"""Which failures of the databases are worth another try."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
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

from ragline.adapters.stores.pgvector import errors as pgvector
from ragline.adapters.stores.weaviate import errors as weaviate
from ragline.errors import Misconfigured, PermanentError, Superseded, Unavailable


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (asyncpg.CannotConnectNowError("starting up"), Unavailable),
        (asyncpg.AdminShutdownError("bye"), Unavailable),
        (asyncpg.TooManyConnectionsError("full"), Unavailable),
        (asyncpg.DeadlockDetectedError("deadlock"), Unavailable),
        (asyncpg.QueryCanceledError("cancelled"), Unavailable),
        (asyncpg.ConnectionDoesNotExistError("closed"), Unavailable),
        (asyncpg.InterfaceError("connection is closed"), Unavailable),
        (asyncpg.InternalClientError("cannot switch to state 15"), Unavailable),
        (asyncpg.ConnectionFailureError("broke off"), Unavailable),
        (asyncpg.OutOfMemoryError("full"), Unavailable),
        (asyncpg.DiskFullError("full"), Unavailable),
        (asyncpg.SerializationError("concurrent update"), Unavailable),
        (asyncpg.LockNotAvailableError("locked"), Unavailable),
        (asyncpg.ReadOnlySQLTransactionError("a standby"), Unavailable),
        (asyncpg.IdleInTransactionSessionTimeoutError("too slow"), Unavailable),
        (asyncpg.InvalidCachedStatementError("the schema changed"), Unavailable),
        (ConnectionRefusedError("refused"), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
        (TimeoutError("no connection in time"), Unavailable),
        (ssl.SSLCertVerificationError("self-signed"), Misconfigured),
        (asyncpg.InvalidAuthorizationSpecificationError("no such role"), Misconfigured),
        (asyncpg.UndefinedTableError("no table"), Misconfigured),
        (asyncpg.InvalidPasswordError("wrong"), Misconfigured),
        (asyncpg.InvalidCatalogNameError("no database"), Misconfigured),
        (asyncpg.InsufficientPrivilegeError("no"), Misconfigured),
        (asyncpg.CharacterNotInRepertoireError("NUL"), PermanentError),
        (asyncpg.DataError("not a number"), PermanentError),
        (Superseded("ours"), Superseded),
    ],
)
async def test_postgresql_failures_are_told_apart_by_their_state(
    failure: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as caught:
        async with pgvector.guarded("read", 1.0):
            raise failure
    assert type(caught.value) is expected


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
            weaviate.UnknownCollection,
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


@pytest.mark.parametrize("guarded", [pgvector.guarded, weaviate.guarded])
async def test_a_call_that_hangs_ends_at_the_limit_and_says_what_to_do(
    guarded: Callable[[str, float], AbstractAsyncContextManager[None]],
) -> None:
    with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__TIMEOUT_S"):
        async with guarded("read", 0.01):
            await asyncio.Event().wait()
