"""Translates PostgreSQL's failures into the error tree, and limits the time of every call."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ragline.adapters.circuit.bounded_calls import allowed
from ragline.errors import Misconfigured, PermanentError, RaglineError, Unavailable

# SQLSTATE classes, PostgreSQL documentation, appendix A
_TRANSIENT = {
    "08": "connection exception",
    "40": "transaction rollback: serialisation failure, deadlock",
    "53": "insufficient resources: too many connections, disk full, out of memory",
    "55": "object not in prerequisite state: lock not available",
    "57": "operator intervention: shutdown, cancelled",
    "58": "system error: I/O",
}
_TRANSIENT_STATES = {
    "25006",  # read-only: the connection leads to a standby while the primary is replaced
    "25P03",  # the transaction was idle for too long
}
_WITHOUT_TLS = "rejected SSL upgrade"  # the client has no class for it
_MISCONFIGURED = {
    "28": "invalid authorisation",
    "3D": "unknown database",
    "3F": "unknown schema",
    "42": "missing right, table or extension",
}


@asynccontextmanager
async def guarded(action: str, timeout_s: float) -> AsyncIterator[None]:
    """Bound the block's time in seconds and translate its failures.

    Raises:
        Unavailable: the database is down, too slow or short of resources.
        Misconfigured: wrong credentials, missing rights or tables.
        PermanentError: the database rejects the data.
    """
    try:
        with allowed(timeout_s):
            async with asyncio.timeout(timeout_s):
                yield
    except RaglineError:
        raise
    except asyncpg.PostgresError as error:
        raise _translated(action, error) from error
    except TimeoutError as error:
        raise Unavailable(
            f"PostgreSQL: {action} took longer than {timeout_s:g} s: check its load, or raise "
            "RAGLINE_VECTOR_STORE__TIMEOUT_S"
        ) from error
    except asyncpg.DataError as error:
        raise PermanentError(f"PostgreSQL cannot store this value: {error}") from error
    # the client raises an internal error on a connection that the server is closing
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise _unreachable(f"PostgreSQL: {action} failed", error) from error


def _unreachable(what: str, error: Exception) -> RaglineError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Misconfigured(
            f"{what}: its certificate is not trusted: {error}: check sslrootcert and the host in "
            "RAGLINE_VECTOR_STORE__URL"
        )
    if isinstance(error, asyncpg.ClientConfigurationError):
        return Misconfigured(f"{what}: RAGLINE_VECTOR_STORE__URL cannot be used: {error}")
    if _WITHOUT_TLS in str(error):
        return Misconfigured(
            f"{what}: {error}: switch TLS on there (ssl = on), or correct sslmode in "
            "RAGLINE_VECTOR_STORE__URL"
        )
    return Unavailable(f"{what}: {error}: check that it runs at RAGLINE_VECTOR_STORE__URL")


def _translated(action: str, error: asyncpg.PostgresError) -> RaglineError:
    state = error.sqlstate or ""
    message = f"PostgreSQL: {action} failed ({state}): {error}"
    passes = state[:2] in _TRANSIENT or state in _TRANSIENT_STATES
    # the schema changed after a statement was prepared; the client will prepare it again
    if passes or isinstance(error, asyncpg.InvalidCachedStatementError):
        return Unavailable(message)
    if state[:2] in _MISCONFIGURED:
        return Misconfigured(f"{message}: check the account's rights and the collection's name")
    return PermanentError(message)
