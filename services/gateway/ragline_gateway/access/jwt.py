"""Callers with a JWT from an issuer that the operator trusts."""

from __future__ import annotations

from typing import Any

import jwt

from ragline_gateway.access.caller import Caller
from ragline_gateway.access.claims import ClaimNames, caller_of
from ragline_gateway.access.jwks import ALGORITHMS
from ragline_gateway.access.signing_keys import SigningKeys
from ragline_gateway.problems import InvalidCredentials

# Tolerated difference between the clocks of issuer and gateway
_LEEWAY_S = 10
_REQUIRED = ["exp", "iss", "aud", "sub"]
# Messages that callers may see; the library's own messages may repeat parts of the token
_REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "the token has ended"),
    (jwt.ImmatureSignatureError, "the token does not count yet"),
    (jwt.InvalidAudienceError, "the token is for another audience"),
    (jwt.InvalidIssuerError, "the token is of another issuer"),
    (jwt.MissingRequiredClaimError, "the token lacks one of exp, iss, aud and sub"),
    (jwt.InvalidSignatureError, "the token's signature is wrong"),
)


class Tokens:
    """Verifies JWTs: signature, issuer, audience and times.

    Args:
        keys: of the issuer.
        issuer: the `iss` that a token must have.
        audience: the `aud` that a token must have, alone or among others.
        names: the claims that hold tenant, groups and scopes.
    """

    def __init__(self, keys: SigningKeys, *, issuer: str, audience: str, names: ClaimNames) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._names = names

    async def admit(self, token: str) -> Caller:
        """Return the caller of `token`.

        Raises:
            InvalidCredentials: the token is not valid.
            Unavailable: the issuer's keys cannot be fetched.
        """
        try:
            claims = await self._verified(token)
        except jwt.PyJWTError as error:
            told = (reason for kind, reason in _REASONS if isinstance(error, kind))
            raise InvalidCredentials(next(told, "this is no valid JWT")) from error
        return caller_of(claims, self._names)

    async def _verified(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise InvalidCredentials("sign tokens with RS256, PS256, ES256 or EdDSA")
        key = await self._keys.find(header.get("kid"), algorithm)
        if key is None:
            raise InvalidCredentials("the issuer has no such key")
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=self._issuer,
            audience=self._audience,
            leeway=_LEEWAY_S,
            options={"require": _REQUIRED, "enforce_minimum_key_length": True},
        )
