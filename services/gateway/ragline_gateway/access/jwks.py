"""The public keys of an issuer of JWTs (RFC 7517): parsed, and fetched over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from jwt import PyJWK, PyJWTError

from ragline.errors import Unavailable

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",)}
_EDWARDS = {"Ed25519": ("EdDSA",), "Ed448": ("EdDSA",)}
# No symmetric algorithm: its key can sign tokens as well as verify them
ALGORITHMS = (*_RSA, "ES256", "ES384", "ES512", "EdDSA")

_FETCH_S = 3.0
_MOST_BYTES = 1_000_000

KeySet = Mapping[tuple[str | None, str], PyJWK]


def parse_key_set(document: object) -> KeySet:
    """Return the keys by id and algorithm; those that cannot verify our tokens are left out.

    A key without `alg` is listed once for each algorithm of its type, so that the algorithm is
    never taken from the token. A key without `kid` has the id None.

    Raises:
        Unavailable: the document is not a key set.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise Unavailable("what RAGLINE_GATEWAY__JWKS_URL answers is no key set")
    found: dict[tuple[str | None, str], PyJWK] = {}
    for key in keys:
        if isinstance(key, dict) and key.get("use", "sig") == "sig":
            for algorithm, parsed in _parsed(key):
                found.setdefault((parsed.key_id, algorithm), parsed)
    return found


def _parsed(key: dict[str, Any]) -> Iterator[tuple[str, PyJWK]]:
    for algorithm in _algorithms(key):
        try:
            yield algorithm, PyJWK(key, algorithm)
        except (PyJWTError, ValueError, TypeError, KeyError):
            continue  # one unusable key must not invalidate the others


def _algorithms(key: dict[str, Any]) -> tuple[str, ...]:
    curve = str(key.get("crv"))
    fitting = {"RSA": _RSA, "EC": _CURVES.get(curve, ()), "OKP": _EDWARDS.get(curve, ())}.get(
        str(key.get("kty")), ()
    )
    stated = key.get("alg")
    return tuple(each for each in fitting if stated in (None, each))


async def fetch_key_set(http: httpx.AsyncClient, url: str) -> KeySet:
    """Fetch and return the keys from `url`.

    Raises:
        Unavailable: the URL does not answer, or the answer is not a key set.
    """
    try:
        async with asyncio.timeout(_FETCH_S), http.stream("GET", url) as response:
            response.raise_for_status()
            document = json.loads(await _body(response))
    except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
        # not the error's message: it names the URL, which may contain a password
        raise Unavailable(
            f"RAGLINE_GATEWAY__JWKS_URL does not answer ({type(error).__name__})"
        ) from error
    return parse_key_set(document)


async def _body(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
    return body
