"""Maps the claims of a token to its caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from ragline.contracts.base import Groups, Tenant
from ragline_gateway.access.caller import Caller, KeyScope
from ragline_gateway.problems import InvalidCredentials

_Subject = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_SUBJECT = TypeAdapter[str](_Subject)
_TENANT = TypeAdapter[str](Tenant)
_GROUPS = TypeAdapter[tuple[str, ...]](Groups)
_WORDS = TypeAdapter[tuple[str, ...]](tuple[str, ...])
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNames:
    """The names of the claims that an issuer uses."""

    tenant: str
    groups: str
    scope: str


def caller_of(claims: Mapping[str, Any], names: ClaimNames) -> Caller:
    """Return the caller that verified `claims` describe.

    The groups claim is a list, or a string with one group; the scopes claim is a list, or a string
    separated by spaces. Scopes of other applications are ignored; a caller without any of our
    scopes may do nothing.

    Raises:
        InvalidCredentials: a claim is missing or has the wrong type or value.
    """
    subject = _read(_SUBJECT, claims, "sub")
    groups = claims.get(names.groups)
    return Caller(
        subject=f"jwt:{subject}",
        tenant=_read(_TENANT, claims, names.tenant),
        user=subject,
        groups=_as(_GROUPS, [groups] if isinstance(groups, str) else groups or [], names.groups),
        scopes=_scopes(claims.get(names.scope), names.scope),
    )


def _scopes(claim: Any, name: str) -> frozenset[KeyScope]:
    words = _as(_WORDS, claim.split() if isinstance(claim, str) else claim or [], name)
    return frozenset(scope for scope in KeyScope if scope.value in words)


def _read(wanted: TypeAdapter[T], claims: Mapping[str, Any], name: str) -> T:
    if name not in claims:
        raise InvalidCredentials(f"the token has no claim {name}")
    return _as(wanted, claims[name], name)


def _as(wanted: TypeAdapter[T], value: Any, name: str) -> T:
    try:
        return wanted.validate_python(value)
    except ValidationError as error:
        raise InvalidCredentials(f"the claim {name} of the token cannot be used") from error
