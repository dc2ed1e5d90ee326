"""Reads http(s) URIs; every redirect and every resolved address is checked against the rules."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urljoin

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from ragline.contracts.media_types import PLAIN
from ragline.errors import InvalidDocument, RateLimited, Unavailable
from ragline.redaction import without_secrets
from ragline.retry_after import parse_retry_after
from ragline_ingestor.document import Content
from ragline_ingestor.fetcher import check_size
from ragline_ingestor.media_types import split_media_type
from ragline_ingestor.uri_rules import UriRules, forbidden

_SCHEMES = {"http", "https"}
_REDIRECTS = {301, 302, 303, 307, 308}
_TRY_AGAIN = {408, 425, 500, 502, 503, 504}
_TOO_MANY = 429
_MAX_REDIRECTS = 5
_PIECE = 64 * 1024


class GuardedResolver(AbstractResolver):
    """Resolves names and refuses addresses that the rules forbid.

    The connection uses exactly the address that was checked, so a name that changes between check
    and use (DNS rebinding) cannot bypass the rules.
    """

    def __init__(self, rules: UriRules, inner: AbstractResolver) -> None:
        self._rules = rules
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve `host`.

        Raises:
            InvalidDocument: `forbidden_uri`: one of the addresses is not public.
        """
        results = await self._inner.resolve(host, port, family)
        for result in results:
            _check_address(self._rules, host, result["host"])
        return results

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


class HttpReader:
    """Reads a URI with at most `max_bytes` of body; follows redirects that the rules allow."""

    def __init__(self, session: ClientSession, *, rules: UriRules, max_bytes: int) -> None:
        self._session = session
        self._rules = rules
        self._max_bytes = max_bytes

    async def __call__(self, uri: str) -> Content:
        """Return the body and its Content-Type.

        Raises:
            InvalidDocument: `forbidden_uri`, `fetch_failed`, `too_large`.
            Unavailable, RateLimited: the server does not answer at the moment.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            target = await self._hop(uri)
            if isinstance(target, Content):
                return target
            uri = target
        raise _failed(f"more than {_MAX_REDIRECTS} redirects")

    async def _hop(self, uri: str) -> Content | str:
        """Return the content, or the target of a redirect."""
        parts = self._rules.check(uri)
        if parts.scheme not in _SCHEMES:
            raise forbidden("a redirect must not leave http and https")
        host = parts.hostname or ""
        if _is_address(host):  # the resolver is not called for IP addresses
            _check_address(self._rules, host, host)
        try:
            async with self._session.get(uri, allow_redirects=False) as response:
                if response.status in _REDIRECTS:
                    return urljoin(uri, response.headers.get("Location", ""))
                _check_status(response)
                return await self._body(response)
        except InvalidURL as error:
            raise _failed("it is no URL") from error
        except (ClientError, OSError) as error:
            raise Unavailable(without_secrets(f"{uri} does not answer: {error}")) from error

    async def _body(self, response: ClientResponse) -> Content:
        check_size(response.content_length or 0, self._max_bytes)
        data = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            data += piece
            check_size(len(data), self._max_bytes)
        media_type, charset = split_media_type(response.headers.get("Content-Type"))
        # servers send text/plain for unknown types, so the name is more reliable
        stated = None if media_type == PLAIN else media_type
        return Content(data=bytes(data), media_type=stated, charset=charset)


@asynccontextmanager
async def open_http_reader(rules: UriRules, *, max_bytes: int) -> AsyncIterator[HttpReader]:
    """Open the session of an `HttpReader`; cookies and proxy variables are ignored."""
    connector = TCPConnector(resolver=GuardedResolver(rules, ThreadedResolver()))
    async with ClientSession(connector=connector, cookie_jar=DummyCookieJar()) as session:
        yield HttpReader(session, rules=rules, max_bytes=max_bytes)


def _check_address(rules: UriRules, host: str, address: str) -> None:
    if not rules.may_connect(host, address):
        raise forbidden(
            f"{host} resolves to an address that is not public: if that is meant, add it to"
            " RAGLINE_INGESTOR__PRIVATE_HOSTS"
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_status(response: ClientResponse) -> None:
    if response.status == _TOO_MANY:
        wait = parse_retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        raise RateLimited("the source asks to slow down", retry_after=wait)
    if response.status in _TRY_AGAIN:
        raise Unavailable(f"the source answers {response.status}")
    if response.status != 200:
        raise _failed(f"the source answers {response.status}")


def _failed(reason: str) -> InvalidDocument:
    return InvalidDocument(
        f"content_uri cannot be read: {reason}; correct it and send the change again",
        code="fetch_failed",
    )
