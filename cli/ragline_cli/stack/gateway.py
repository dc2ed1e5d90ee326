"""The address of a stack's gateway, and the tenant of requests without credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ragline.cache_folder import cache_folder
from ragline.file_lock import taken
from ragline_cli.stack.addresses import GatewayAddress
from ragline_cli.stack.ports import LOOPBACK, choose_port, free_port, is_free

CONSOLE_PORT = 8_080
_TENANT = "RAGLINE_GATEWAY__ANONYMOUS_TENANT"
_CREDENTIALS = ("RAGLINE_GATEWAY__KEYS_FILE", "RAGLINE_GATEWAY__JWKS_URL")


def console_port(wanted: int | None) -> int:
    """Return `wanted`, else the well-known console port, else a free one."""
    if wanted:
        return wanted
    return CONSOLE_PORT if is_free(CONSOLE_PORT) and claimed(CONSOLE_PORT) else free_port()


def claimed(port: int) -> bool:
    """Claim a port among stacks that start at the same time, until this process ends.

    A gateway listens only some seconds after its port was chosen; till then the port looks free.
    """
    lock = cache_folder() / f"port-{port}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    if taken(descriptor):
        return True  # and the lock stays open
    os.close(descriptor)
    return False


def gateway_address(
    port: int | None, *, tenant: str, given: Mapping[str, str] = os.environ
) -> GatewayAddress:
    """Return an address on the loopback interface.

    Args:
        port: the port to listen on; None chooses a free one.
        tenant: the tenant of requests without credentials, unless `given` says otherwise.
        given: the user's settings; keys, JWKS or a tenant in them take precedence.

    Raises:
        StackError: the port is in use.
    """
    return GatewayAddress(
        url=f"http://{LOOPBACK}:{choose_port(port)}/", tenant=_anonymous_tenant(tenant, given)
    )


def _anonymous_tenant(default: str, given: Mapping[str, str]) -> str | None:
    if stated := given.get(_TENANT):
        return stated
    return None if any(given.get(name) for name in _CREDENTIALS) else default
