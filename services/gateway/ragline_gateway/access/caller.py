from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    ASK = "ask"
    WRITE = "write"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    subject: str
    tenant: str
    user: str | None = None
    groups: tuple[str, ...] = ()
    scopes: frozenset[Scope] = frozenset(Scope)
    requests_per_minute: int | None = None
    anonymous: bool = False
