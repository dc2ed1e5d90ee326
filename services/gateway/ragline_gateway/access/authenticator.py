"""Authentication of a request by API key, JWT or without credentials."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from starlette.datastructures import Headers

from ragline.clock import utc_now
from ragline.errors import Misconfigured
from ragline_gateway.access.anonymous import Anonymous, own_name
from ragline_gateway.access.caller import Caller
from ragline_gateway.access.claims import ClaimNames
from ragline_gateway.access.credential import credential, is_api_key, is_jwt
from ragline_gateway.access.jwks import fetch_key_set
from ragline_gateway.access.jwt import Tokens
from ragline_gateway.access.keys import Keys
from ragline_gateway.access.signing_keys import SigningKeys
from ragline_gateway.problems import InvalidCredentials, NoCredentials
from ragline_gateway.settings import GatewayGroup

log = logging.getLogger(__name__)


class Authenticator:
    """Authenticates a request; the form of its credential selects the method.

    An invalid credential is refused, even where callers without credentials are admitted. It is
    ignored only where neither keys nor tokens are configured, because some clients (OpenAI's)
    always send one.

    Args:
        keys: verifies API keys.
        tokens: verifies JWTs.
        anonymous: admits callers without credentials.
    """

    def __init__(
        self,
        *,
        keys: Keys | None = None,
        tokens: Tokens | None = None,
        anonymous: Anonymous | None = None,
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._anonymous = anonymous
        self._checks = keys is not None or tokens is not None

    async def admit(self, headers: Headers) -> Caller:
        """Return the caller.

        Raises:
            Problem: 401, or what `Anonymous` raises.
            Unavailable: a JWT cannot be verified at the moment.
        """
        brought = credential(headers) if self._checks else None
        if brought is None:
            if self._anonymous is None:
                raise NoCredentials
            return self._anonymous.admit(headers)
        if self._keys is not None and is_api_key(brought):
            return await self._keys.admit(brought)
        if self._tokens is not None and is_jwt(brought):
            return await self._tokens.admit(brought)
        raise InvalidCredentials("the gateway cannot check a credential of this form")


@asynccontextmanager
async def open_authenticator(settings: GatewayGroup) -> AsyncIterator[Authenticator]:
    """Build the authenticator that the settings describe.

    Raises:
        Misconfigured: no method is configured, or one is configured incompletely.
    """
    if not (settings.keys_file or settings.jwks_url or settings.anonymous_tenant):
        raise Misconfigured(
            "no way to authenticate: set RAGLINE_GATEWAY__KEYS_FILE (`ragline keys create --append "
            "FILE` makes one) or RAGLINE_GATEWAY__JWKS_URL or, on a machine of your own, "
            "RAGLINE_GATEWAY__ANONYMOUS_TENANT"
        )
    async with AsyncExitStack() as stack:
        keys = tokens = anonymous = None
        if settings.keys_file:
            keys = Keys(Path(settings.keys_file), clock=utc_now, monotonic=time.monotonic)
        if settings.jwks_url:
            http = await stack.enter_async_context(httpx.AsyncClient())
            tokens = _tokens(settings, settings.jwks_url, http)
        if settings.anonymous_tenant:
            anonymous = Anonymous(
                settings.anonymous_tenant,
                origins=settings.cors_origins,
                hosts=(*settings.allowed_hosts, *own_name(settings.host)),
            )
        yield Authenticator(keys=keys, tokens=tokens, anonymous=anonymous)


def _tokens(settings: GatewayGroup, url: str, http: httpx.AsyncClient) -> Tokens:
    if not (settings.jwt_issuer and settings.jwt_audience):
        raise Misconfigured(
            "RAGLINE_GATEWAY__JWKS_URL needs RAGLINE_GATEWAY__JWT_ISSUER and "
            "RAGLINE_GATEWAY__JWT_AUDIENCE: a token of another issuer, or for another application, "
            "must not count"
        )
    _check_url(url)
    return Tokens(
        SigningKeys(
            lambda: fetch_key_set(http, url),
            refresh_s=settings.jwks_refresh_s,
            max_age_s=settings.jwks_max_age_s,
            clock=time.monotonic,
        ),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        names=ClaimNames(
            tenant=settings.jwt_tenant_claim,
            groups=settings.jwt_groups_claim,
            scope=settings.jwt_scope_claim,
        ),
    )


def _check_url(url: str) -> None:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Misconfigured(f"RAGLINE_GATEWAY__JWKS_URL is no URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Misconfigured("RAGLINE_GATEWAY__JWKS_URL must look like https://issuer/keys")
    if parsed.scheme == "http":
        log.warning("RAGLINE_GATEWAY__JWKS_URL has no TLS: attackers on the network can forge keys")
