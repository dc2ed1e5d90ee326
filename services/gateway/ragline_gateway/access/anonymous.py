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

# Listening on all addresses says nothing about the names that requests use
_EVERY_ADDRESS = frozenset({"", "*", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on

_TENANT = TypeAdapter[str](Tenant)


class Anonymous:
    """Admits every caller with all scopes; for development on one's own machine.

    Requests from web pages of other origins are refused: an upload needs no CORS preflight, so such
    a page could send one on behalf of the user who views it. Only known names are accepted as
    `Host`, whatever address the gateway listens on, because published and forwarded ports lead
    to any; this prevents DNS rebinding, where a page's own host name resolves to this machine and
    the request looks same-origin.

    Args:
        tenant: the caller's tenant, unless the request names another one.
        origins: origins whose pages may call the gateway, besides its own.
        hosts: host names that may be called, besides the loopback names.
    """

    def __init__(
        self, tenant: str, *, origins: Iterable[str] = (), hosts: Iterable[str] = ()
    ) -> None:
        self._default = tenant
        self._hosts = LOOPBACK_NAMES.union(_without_port(host).lower() for host in hosts)
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
        if _without_port(headers.get("host", "")).lower() not in self._hosts:
            raise Problem(
                status=403,
                code="foreign-host",
                title="This name may not be called without credentials",
                detail=f"call the gateway as one of {', '.join(sorted(self._hosts))}, or let "
                "RAGLINE_GATEWAY__ALLOWED_HOSTS name the host",
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


def own_name(address: str) -> tuple[str, ...]:
    """Return how requests name the address that is listened on; empty for all addresses."""
    if address in _EVERY_ADDRESS:
        return ()
    return (f"[{address}]" if ":" in address else address,)


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
