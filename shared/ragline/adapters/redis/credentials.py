"""Where a Redis is, and with which credentials to connect to it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from redis.asyncio.connection import parse_url
from redis.credentials import CredentialProvider

from ragline.adapters.redis.tls import tls_context
from ragline.errors import Misconfigured
from ragline.settings import RedisSettings

log = logging.getLogger(__name__)


def connection_options(settings: RedisSettings) -> dict[str, Any]:
    """Return the client's options for `settings.url`, or for the URL in `settings.url_file`.

    Raises:
        Misconfigured: it is not a Redis URL, or a file cannot be read: its own, or one of the
            certificates and keys that it names.
    """
    path = None if settings.url_file is None else Path(settings.url_file)
    try:
        url = settings.url.get_secret_value() if path is None else _content(path)
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"RAGLINE_REDIS__URL_FILE (or …CACHE_URL_FILE): {path} cannot be read: {error}"
        ) from error
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError as error:
        raise Misconfigured(
            "RAGLINE_REDIS__URL (or …CACHE_URL) must look like redis://host:6379/0 (or rediss://, "
            "unix://)"
        ) from error
    tls_context(options)
    credentials = UrlCredentials(_taken_from(options), path=path)
    return options | {"credential_provider": credentials}


class UrlCredentials(CredentialProvider):
    """The user and the password of a Redis URL.

    Args:
        stated: `(user, password)`, `(password,)` or nothing.
        path: a file with the URL, read for each new connection; so a changed password is used
            without a restart.
    """

    def __init__(self, stated: tuple[str, ...], *, path: Path | None) -> None:
        self._known = stated
        self._path = path

    def get_credentials(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return what to authenticate with; the last known while the file is being replaced."""
        if self._path is not None:
            try:
                self._known = _taken_from(dict(parse_url(_content(self._path))))
            except (OSError, ValueError) as error:
                log.warning("no Redis URL in %s just now: %s", self._path, type(error).__name__)
        return self._known

    async def get_credentials_async(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return the same; a file of one line is read at once, as its volume is in memory."""
        return self.get_credentials()


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _taken_from(options: dict[str, Any]) -> tuple[str, ...]:
    """Take the credentials out of a URL's options: the client accepts them from one place only."""
    username, password = options.pop("username", None), options.pop("password", None)
    if password is None:
        return ()
    return (username, password) if username else (password,)
