"""Reads a document's content: inline, or from an allowed `content_uri`."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from ragline.contracts.documents import DocumentChanged
from ragline.errors import InvalidDocument, SourceAway, TransientError, Unavailable
from ragline.redaction import without_secrets
from ragline_ingestor.document import Content
from ragline_ingestor.media_types import split_media_type
from ragline_ingestor.uri_rules import UriRules, forbidden

Read = Callable[[str], Awaitable[Content]]
"""Reads one allowed URI."""


class Fetch(Protocol):
    """Reads the content of a change."""

    async def __call__(self, event: DocumentChanged) -> Content:
        """Return the content.

        Raises:
            InvalidDocument: `forbidden_uri`, `fetch_failed`, `too_large`, `invalid_base64`.
            SourceAway: the source does not answer at the moment, or asks to slow down.
        """
        ...


class Fetcher:
    """Implements `Fetch` with one reader per URI scheme; `readers[""]` is for all other schemes."""

    def __init__(
        self, *, rules: UriRules, readers: Mapping[str, Read], max_bytes: int, timeout_s: float
    ) -> None:
        self._rules = rules
        self._readers = readers
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s

    async def __call__(self, event: DocumentChanged) -> Content:
        """Return the content of an upsert; the event's media type overrides that of the source."""
        if event.content_uri is None:
            content = inline_content(event)
        else:
            content = await self._read(event.content_uri)
        check_size(len(content.data), self._max_bytes)
        media_type, charset = split_media_type(event.media_type)
        return Content(
            data=content.data,
            media_type=media_type or content.media_type,
            charset=content.charset or charset,
        )

    async def _read(self, uri: str) -> Content:
        parts = self._rules.check(uri)
        read = self._readers.get(parts.scheme) or self._readers.get("")
        if read is None:
            raise forbidden(f"no reader for {parts.scheme}: URIs")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await read(uri)
        except TimeoutError as error:
            shown = without_secrets(uri)
            late = Unavailable(f"{shown} was not read within {self._timeout_s:g} s")
            raise SourceAway(late) from error
        except TransientError as error:
            raise SourceAway(error) from error


def inline_content(event: DocumentChanged) -> Content:
    """Return the content that the event itself carries.

    Raises:
        InvalidDocument: `invalid_base64`.
    """
    content = event.content or ""
    if event.content_encoding == "text":
        return Content(data=content.encode("utf-8", "replace"), charset="utf-8")
    try:
        return Content(data=base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidDocument(
            "content_encoding is base64 but content is not", code="invalid_base64"
        ) from error


def check_size(size: int, limit: int) -> None:
    """Refuse content over `limit` bytes.

    Raises:
        InvalidDocument: `too_large`.
    """
    if size > limit:
        raise InvalidDocument(
            f"the content is over the limit of {limit} bytes:"
            " split the document or raise RAGLINE_INGESTOR__MAX_CONTENT_BYTES",
            code="too_large",
        )
