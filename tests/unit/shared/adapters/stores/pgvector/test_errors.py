"""Which failures of PostgreSQL are worth another try."""

import asyncio
import ssl

import asyncpg
import pytest

from ragline.adapters.stores.pgvector import errors as pgvector
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
        (ConnectionError('server at "host:1" rejected SSL upgrade'), Misconfigured),
        (asyncpg.ClientConfigurationError("no such sslmode"), Misconfigured),
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


async def test_a_call_that_hangs_ends_at_the_limit_and_says_what_to_do() -> None:
    with pytest.raises(Unavailable, match="RAGLINE_VECTOR_STORE__TIMEOUT_S"):
        async with pgvector.guarded("read", 0.01):
            await asyncio.Event().wait()
