"""The credential of a request: which headers carry it, and which kind it is."""

from __future__ import annotations

from starlette.datastructures import Headers

from ragline.api_keys.form import PREFIX
from ragline_gateway.problems import InvalidCredentials

API_KEY_HEADER = "X-API-Key"


def credential(headers: Headers) -> str | None:
    """Return the credential in `Authorization: Bearer` or `X-API-Key`; None without one.

    Raises:
        InvalidCredentials: another scheme, or two different credentials.
    """
    found = {_bearer(value) for value in headers.getlist("authorization")}
    found.update(headers.getlist(API_KEY_HEADER))
    if len(found) > 1:
        raise InvalidCredentials("the request brings two credentials")
    return found.pop() if found else None


def is_api_key(text: str) -> bool:
    """Whether `text` has the form of an API key."""
    return text.startswith(PREFIX)


def is_jwt(text: str) -> bool:
    """Whether `text` has the form of a JWT: three parts separated by dots."""
    return text.count(".") == 2


def _bearer(value: str) -> str:
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidCredentials("send `Authorization: Bearer` and a key or token")
    return token.strip()
