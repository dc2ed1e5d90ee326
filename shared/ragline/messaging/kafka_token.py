"""The token that a client shows Kafka (OAUTHBEARER), from a file that somebody else renews.

A broker that refuses a token first says why, and waits for the client to say that it heard
(RFC 7628, 3.2.3). aiokafka says nothing, and goes on as if it were let in, with a cluster that has
no brokers: a service would wait for ever.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from aiokafka import conn
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import AuthenticationFailedError

from ragline.clock import Clock, utc_now

_HEARD = b"\x01"


class AnsweringAuthenticator(conn.OAuthAuthenticator):
    """aiokafka's, which also hears that its token is refused."""

    async def step(self, payload: bytes | None) -> Any:
        """Return what is sent next and whether it is answered, or None at the end."""
        if self._token_sent and payload:
            return _HEARD, True  # to which the broker answers with the error
        return await super().step(payload)


def hear_refusals() -> None:
    """Let the clients of this process notice that their token is refused."""
    conn.OAuthAuthenticator = AnsweringAuthenticator


class FileToken(AbstractTokenProvider):
    """Reads the token for each connection, as Kubernetes or a sidecar renews it in its file.

    Args:
        path: the file; a JWT, or any other token that the broker understands.
        clock: the time, to tell a token that has ended.
    """

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self._path = path
        self._clock = clock

    async def token(self) -> str:
        """Return the token as it is now; a small file of a volume in memory is read at once.

        Raises:
            AuthenticationFailedError: there is none, or it has ended.
        """
        try:
            token = self._path.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise AuthenticationFailedError(f"no token in {self._path}: {error}") from error
        if not token:
            raise AuthenticationFailedError(f"no token in {self._path}: it is empty")
        end = _end_of(token)
        if end is not None and end <= self._clock().timestamp():
            raise AuthenticationFailedError(f"the token in {self._path} has ended: renew it")
        return token


def _end_of(token: str) -> float | None:
    """Return when a JWT ends, in seconds since 1970; None for what states no end."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return float(found) if isinstance(found, int | float) else None
