"""Ragline's account at Redis, with the rights that the documentation gives it and no more."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit, urlunsplit

from redis import Redis

from ragline.adapters.redis.rights import rules

NAME, PASSWORD = "ragline", "a-password"


def make_account(admin: Redis) -> None:
    """Make the account, or make it anew."""
    tell(admin, f"ACL SETUSER {NAME} reset on >{PASSWORD} {' '.join(rules())}")


def tell(admin: Redis, command: str) -> object:
    """Send a command as a line, and return the reply."""
    return cast("object", admin.execute_command(*command.split()))  # type: ignore[no-untyped-call]


def account_of(url: str) -> str:
    """Make the account on the server of an administrator's URL, and return its own URL."""
    with Redis.from_url(url) as admin:
        make_account(admin)
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{NAME}:{PASSWORD}@{host}"))
