"""The one way to reach Redis: a client with short time limits, and its errors translated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis import exceptions as redis_errors
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ragline.adapters.redis.connection import CURRENT
from ragline.adapters.redis.credentials import connection_options
from ragline.distrust import distrust
from ragline.errors import CredentialsRefused, Misconfigured, Unavailable
from ragline.settings import RedisSettings

_REFUSED = (
    redis_errors.AuthenticationError,
    redis_errors.AuthorizationError,
    redis_errors.NoPermissionError,
    redis_errors.AuthenticationWrongNumberOfArgsError,
)
# Transient server errors: it is loading its data, failing over, full, or running a script
_NOT_NOW = (
    redis_errors.ReadOnlyError,
    redis_errors.OutOfMemoryError,
    redis_errors.ExecAbortError,
    redis_errors.ClusterDownError,
    redis_errors.MasterDownError,
    redis_errors.TryAgainError,
    redis_errors.NoScriptError,
)
# Transient errors for which the client has no class: their text begins with an error code
_NOT_NOW_CODES = ("BUSY", "MISCONF", "NOREPLICAS", "UNBLOCKED")
# Redis 6 puts the error of a command in a script into a sentence, behind a minus
_IN_SCRIPTS = tuple(
    f"-{code} "
    for code in (
        "BUSY",
        "CLUSTERDOWN",
        "LOADING",
        "MASTERDOWN",
        "MISCONF",
        "NOREPLICAS",
        "OOM",
        "READONLY",
    )
)
_PROTECTED = "DENIED"  # a server without a password that answers this machine only
# Repeated at once, on a new connection: the open one had gone stale
_RETRIED = (redis_errors.ConnectionError, redis_errors.ReadOnlyError)


@asynccontextmanager
async def open_redis(settings: RedisSettings) -> AsyncIterator[Redis]:
    """Open a client for `settings.url` (or for the URL in `settings.url_file`); values are bytes.

    It connects on first use: every caller can work without Redis, so a service does not wait for
    it at start. Connection errors are retried once and silently, because a restart of the server
    leaves stale connections behind, and so does a failover (`READONLY`). A time-out is not
    retried, so a call costs at most about `settings.timeout_s`. When `settings.pool_size`
    connections are busy, further commands wait for one: opening hundreds of connections at once
    costs more than the wait.

    Raises:
        Misconfigured: the URL is not a Redis URL, or its file cannot be read.
    """
    options = connection_options(settings)
    pool = BlockingConnectionPool(
        **options | {"connection_class": CURRENT[options.get("connection_class", Connection)]},
        max_connections=settings.pool_size,
        timeout=settings.timeout_s,
        socket_timeout=settings.timeout_s,
        socket_connect_timeout=settings.timeout_s,
        retry=Retry(NoBackoff(), 1, supported_errors=_RETRIED),
        protocol=2,
        driver_info=None,  # else each connection says what the client is, which takes a right
    )
    client = Redis.from_pool(pool)
    try:
        yield client
    finally:
        await client.aclose()


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn the client's exceptions into the error tree; `action` starts the message.

    Raises:
        Misconfigured: Redis does not accept the command at all.
        CredentialsRefused: Redis refuses the credentials.
        Unavailable: Redis is down, slow or temporarily unable to serve.
    """
    try:
        yield
    except _REFUSED as error:
        raise CredentialsRefused(_refused(action, error)) from error
    except (redis_errors.ResponseError, redis_errors.DataError) as error:
        if str(error).startswith(_PROTECTED):
            raise CredentialsRefused(_refused(action, error)) from error
        if _passes(error):
            raise Unavailable(f"{action}: Redis cannot serve just now: {error}") from error
        raise Misconfigured(
            f"{action}: Redis refuses the command: {error}: check its version (6.2 or newer) and "
            "that RAGLINE_REDIS__URL is a Redis of Ragline's own, not a cluster"
        ) from error
    except (redis_errors.RedisError, OSError) as error:
        if untrusted := distrust(error):
            raise Unavailable(
                f"{action}: the certificate of Redis is not trusted: {untrusted}: it is tried "
                "again; check ssl_ca_certs and the host in RAGLINE_REDIS__URL"
            ) from error
        raise Unavailable(f"{action}: Redis does not answer ({type(error).__name__})") from error


def _refused(action: str, error: Exception) -> str:
    return (
        f"{action}: Redis refuses the credentials ({error}): it is tried again until they are "
        "right; check the password in RAGLINE_REDIS__URL or RAGLINE_REDIS__URL_FILE, and the "
        "account's rights (ACL)"
    )


def _passes(error: Exception) -> bool:
    text = str(error)
    return (
        isinstance(error, _NOT_NOW)
        or text.startswith(_NOT_NOW_CODES)
        or any(code in text for code in _IN_SCRIPTS)
    )
