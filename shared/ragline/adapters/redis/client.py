"""The one way to reach Redis: a client with short time limits, and its errors in our tree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis import exceptions as redis_errors
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ragline.errors import Misconfigured, Unavailable
from ragline.settings import RedisSettings

_REFUSED = (
    redis_errors.AuthenticationError,
    redis_errors.AuthorizationError,
    redis_errors.NoPermissionError,
    redis_errors.AuthenticationWrongNumberOfArgsError,
)
# The server's answers that pass: it loads its data, is being failed over, is full or runs a script
_NOT_NOW = (
    redis_errors.ReadOnlyError,
    redis_errors.OutOfMemoryError,
    redis_errors.ExecAbortError,
    redis_errors.ClusterDownError,
    redis_errors.MasterDownError,
    redis_errors.TryAgainError,
)
# Those that the client knows no class for: they begin with a code of their own
_NOT_NOW_CODES = ("BUSY", "MISCONF", "NOREPLICAS", "UNBLOCKED")


@asynccontextmanager
async def open_redis(settings: RedisSettings) -> AsyncIterator[Redis]:
    """Open a client for `settings.url`; values are bytes.

    It connects on first use, because every user of Redis goes on without it: a dead server at
    start is no reason to wait. One silent retry, on connection errors only, covers connections
    that a restart of the server left stale; a time-out is not retried, so a call costs at most
    about `settings.timeout_s`. Commands beyond `settings.pool_size` at the same time wait for a
    connection rather than opening more: hundreds of connections at once cost more than the wait.

    Raises:
        Misconfigured: the URL is no Redis URL.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            settings.url.get_secret_value(),
            max_connections=settings.pool_size,
            timeout=settings.timeout_s,
            socket_timeout=settings.timeout_s,
            socket_connect_timeout=settings.timeout_s,
            retry=Retry(NoBackoff(), 1, supported_errors=(redis_errors.ConnectionError,)),
            protocol=2,
        )
        client = Redis.from_pool(pool)
    except ValueError as error:
        raise Misconfigured(
            "RAGLINE_REDIS__URL must look like redis://host:6379/0 (or rediss://, unix://)"
        ) from error
    try:
        yield client
    finally:
        await client.aclose()


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn the client's exceptions into the error tree; `action` starts the message.

    Raises:
        Misconfigured: Redis refuses the credentials, or the command as such.
        Unavailable: Redis is down, slow or cannot serve just now.
    """
    try:
        yield
    except _REFUSED as error:
        raise Misconfigured(f"{action}: Redis refuses access: check RAGLINE_REDIS__URL") from error
    except (redis_errors.ResponseError, redis_errors.DataError) as error:
        if _passes(error):
            raise Unavailable(f"{action}: Redis cannot serve just now: {error}") from error
        raise Misconfigured(
            f"{action}: Redis refuses the command: {error}: check its version (6.2 or newer) and "
            "that RAGLINE_REDIS__URL is a Redis of Ragline's own, not a cluster"
        ) from error
    except (redis_errors.RedisError, OSError) as error:
        raise Unavailable(f"{action}: Redis does not answer ({type(error).__name__})") from error


def _passes(error: Exception) -> bool:
    return isinstance(error, _NOT_NOW) or str(error).startswith(_NOT_NOW_CODES)
