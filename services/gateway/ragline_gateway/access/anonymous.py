"""Callers who bring no credentials, where the operator lets them in."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers

from ragline.contracts.base import Tenant
from ragline_gateway.access.caller import Caller
from ragline_gateway.problems import FieldError, Problem

TENANT_HEADER = "Ragline-Tenant"

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

_TENANT = TypeAdapter[str](Tenant)


class Anonymous:
    """Lets everybody do everything: on a machine of one's own.

    Pages of other origins that a browser shows there are not let in, though: they could send
    uploads, which need no preflight, in the name of whoever looks at them. On the loopback address
    only its own names are answered: a name of the page's that leads here would be its origin
    (DNS rebinding).

    Args:
        tenant: whose documents it is about unless the request names a tenant.
        origins: origins of pages that may call, besides the gateway's own.
        loopback: whether the gateway listens on the loopback address.
    """

    def __init__(self, tenant: str, *, origins: Iterable[str] = (), loopback: bool = False) -> None:
        self._default = tenant
        self._loopback = loopback
        self._origins = frozenset(origins)

    def admit(self, headers: Headers) -> Caller:
        """Return the caller.

        Raises:
            Problem: 403, a page of another origin; 422, the header names no tenant.
        """
        self._check_host(headers)
        self._check_origin(headers)
        tenant = headers.get(TENANT_HEADER)
        return Caller(
            subject="anonymous",
            tenant=self._default if tenant is None else _tenant(tenant),
            anonymous=True,
        )

    def _check_host(self, headers: Headers) -> None:
        host = headers.get("host", "")
        if self._loopback and _without_port(host) not in LOOPBACK_NAMES:
            raise Problem(
                status=403,
                code="foreign-host",
                title="This name may not be called without credentials",
                detail=f"call the gateway as one of {', '.join(sorted(LOOPBACK_NAMES))}",
            )

    def _check_origin(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is None or "*" in self._origins or origin in self._origins:
            return
        if origin.partition("://")[2] != headers.get("host"):
            raise Problem(
                status=403,
                code="foreign-origin",
                title="This page may not call without credentials",
                detail="its origin is not the gateway's and not in RAGLINE_GATEWAY__CORS_ORIGINS",
            )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _tenant(text: str) -> str:
    try:
        return _TENANT.validate_python(text)
    except ValidationError as error:
        wrong = FieldError(
            loc=["header", TENANT_HEADER], message="1 to 64 letters, digits, _ and - name a tenant"
        )
        raise Problem(
            status=422,
            code="invalid-request",
            title="The request cannot be understood",
            detail="correct what `errors` names",
            errors=[wrong],
        ) from error
