"""TLS to Redis, as a URL asks for it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from redis.asyncio.connection import SSLConnection

from ragline.errors import Misconfigured

_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def tls_context(options: Mapping[str, Any]) -> ssl.SSLContext | None:
    """Return how the server's certificate is checked; None without TLS.

    Args:
        options: the client's, of a Redis URL.

    Raises:
        Misconfigured: a file that the URL names cannot be used.
    """
    if options.get("connection_class") is not SSLConnection:
        return None
    given = {name: value for name, value in options.items() if name.startswith("ssl_")}
    try:
        context: ssl.SSLContext = SSLConnection(**given).ssl_context.get()
    except OSError as error:  # what OpenSSL says about the content is one, too
        files = ", ".join(f"{k}={v}" for k, v in given.items() if k in _FILES)
        raise Misconfigured(
            f"RAGLINE_REDIS__URL (or …CACHE_URL): {files}: a file cannot be read: {error}: name "
            "files in PEM format"
        ) from error
    return context
