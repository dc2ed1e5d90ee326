"""Callers without credentials, where the operator's settings admit them."""

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
    """Admits every caller with all scopes; for development on one's own machine.

    Requests from web pages of other origins are refused: an upload needs no CORS preflight, so such
    a page could send one on behalf of the user who views it. On the loopback address, only the
    loopback names are accepted as `Host`; this prevents DNS rebinding, where a page's own host name
    resolves to this machine and the request looks same-origin.

    Args:
        tenant: the caller's tenant, unless the request names another one.
        origins: origins whose pages may call the gateway, besides its own.
        loopback: whether the gateway listens on the loopback address.
    """

    def __init__(self, tenant: str, *, origins: Iterable[str] = (), loopback: bool = False) -> None:
        self._default = tenant
        self._loopback = loopback
        self._origins = frozenset(origins)

    def admit(self, headers: Headers) -> Caller:
        """Return the caller.

        Raises:
            Problem: 403, a page of another origin; 422, the header is not a valid tenant name.
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
