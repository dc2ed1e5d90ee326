"""Reads all schemes except http(s) through fsspec: object stores, file shares, local folders."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import fsspec

from ragline.errors import InvalidDocument, Misconfigured, Unavailable
from ragline.redaction import without_secrets
from ragline_ingestor.daemon_thread import DaemonThreads
from ragline_ingestor.document import Content
from ragline_ingestor.fetcher import check_size
from ragline_ingestor.uri_rules import forbidden

# a share that hangs keeps a thread for each document that it was asked for
_AT_ONCE = 16
_MISSING = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


class FileReader:
    """Reads a URI with the fsspec file system of its scheme, at most `max_bytes`."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._threads = DaemonThreads(at_once=_AT_ONCE)

    async def __call__(self, uri: str) -> Content:
        """Return the bytes; these sources state no media type.

        Raises:
            InvalidDocument: `forbidden_uri`, `fetch_failed`, `too_large`.
            Misconfigured: the scheme's fsspec package is not installed.
            Unavailable: the store does not answer at the moment.
        """
        if "::" in uri:  # fsspec reads `a::b` as one file system inside another
            raise forbidden("content_uri must not chain file systems with `::`")
        return Content(data=await self._threads.run(partial(self._read, uri)))

    def _read(self, uri: str) -> bytes:
        try:
            with fsspec.open(uri, "rb") as file:
                data = bytes(file.read(self._max_bytes + 1))
        except _MISSING as error:
            raise InvalidDocument(
                f"content_uri cannot be read ({type(error).__name__}): correct it or its rights,"
                " and send the change again",
                code="fetch_failed",
            ) from error
        except (ImportError, ValueError) as error:
            scheme = urlsplit(uri).scheme
            raise Misconfigured(
                f"{scheme}: URIs are allowed but fsspec cannot read them"
                f" ({without_secrets(str(error))}):"
                " install the package that it names"
            ) from error
        except OSError as error:
            raise Unavailable(without_secrets(f"{uri} does not answer: {error}")) from error
        check_size(len(data), self._max_bytes)
        return data
