"""The credential of a request: where it may stand, and what it looks like."""

from __future__ import annotations

from starlette.datastructures import Headers

from ragline.api_keys.form import PREFIX
from ragline_gateway.problems import InvalidCredentials

API_KEY_HEADER = "X-API-Key"


def credential(headers: Headers) -> str | None:
    """Return what the request brings in `Authorization: Bearer` or `X-API-Key`; None for nothing.

    Raises:
        InvalidCredentials: another scheme, or two that differ: which one counts is not guessed.
    """
    found = {_bearer(value) for value in headers.getlist("authorization")}
    found.update(headers.getlist(API_KEY_HEADER))
    if len(found) > 1:
        raise InvalidCredentials("the request brings two credentials")
    return found.pop() if found else None


def is_api_key(text: str) -> bool:
    """Whether `text` is meant as an API key."""
    return text.startswith(PREFIX)


def is_jwt(text: str) -> bool:
    """Whether `text` is meant as a JWT: three parts with dots between."""
    return text.count(".") == 2


def _bearer(value: str) -> str:
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidCredentials("send `Authorization: Bearer` and a key or token")
    return token.strip()
