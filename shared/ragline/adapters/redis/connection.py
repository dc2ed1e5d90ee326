"""Connections that are closed when they lead to the wrong server, or come as the wrong user."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)

_OUTDATED = (
    redis_errors.ReadOnlyError,
    redis_errors.MasterDownError,
    redis_errors.NoPermissionError,
)
# Errors without a class, and those of a command in a script, which Redis 6 puts into a sentence
_OUTDATED_TEXTS = ("NOREPLICAS ", "-READONLY ", "-MASTERDOWN ", "-NOREPLICAS ")


class CurrentConnection(AbstractConnection):
    """Closes itself, once it is back in the pool, after a reply that a new one may not get.

    After a failover an open connection still leads to the former master, which is a replica now
    and refuses every write; a new one is resolved anew. Likewise an open connection keeps the
    rights that its user had.
    """

    async def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """Read a reply.

        Raises:
            redis.RedisError: as the client's own method.
        """
        try:
            return await super().read_response(*args, **kwargs)
        except redis_errors.ResponseError as error:
            if isinstance(error, _OUTDATED) or any(text in str(error) for text in _OUTDATED_TEXTS):
                self.mark_for_reconnect()  # type: ignore[no-untyped-call]
            raise


class CurrentTcpConnection(CurrentConnection, Connection):
    """Over TCP."""


class CurrentTlsConnection(CurrentConnection, SSLConnection):
    """Over TLS."""


class CurrentSocketConnection(CurrentConnection, UnixDomainSocketConnection):
    """Over a Unix domain socket."""


# By the class that the client takes for a URL
CURRENT: Mapping[type[AbstractConnection], type[CurrentConnection]] = MappingProxyType(
    {
        Connection: CurrentTcpConnection,
        SSLConnection: CurrentTlsConnection,
        UnixDomainSocketConnection: CurrentSocketConnection,
    }
)
