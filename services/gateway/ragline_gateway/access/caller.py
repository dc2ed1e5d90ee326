"""Who makes a request."""

from __future__ import annotations

from dataclasses import dataclass, field

from ragline.api_keys.form import KeyScope

__all__ = ["Caller", "KeyScope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes a request, and what they may.

    `subject` is stable and not secret: `key:` and the key's id, `jwt:` and the token's subject, or
    `anonymous`; the prefix distinguishes a key from a token subject of the same name. It is unique
    within `tenant`. `requests_per_minute` is null where the gateway's default limit applies.
    """

    subject: str
    tenant: str
    user: str | None = None
    groups: tuple[str, ...] = ()
    scopes: frozenset[KeyScope] = field(default_factory=lambda: frozenset(KeyScope))
    requests_per_minute: int | None = None
    anonymous: bool = False
