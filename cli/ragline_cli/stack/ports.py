"""Free ports on the loopback interface."""

from __future__ import annotations

import secrets
import socket

from ragline_cli.errors import StackError

LOOPBACK = "127.0.0.1"

# Below the ephemeral range (32768 and up on Linux, 49152 on macOS), so that no outgoing connection
# gets a server's port while the server restarts.
FIRST_PORT = 20_000
LAST_PORT = 32_000
_ATTEMPTS = 200
# Ports chosen so far: a server listens only seconds later, so until then its port looks free
_handed_out: set[int] = set()


def is_free(port: int) -> bool:
    """Return whether a server could now listen on `port` on all interfaces."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nothing listens on and that was not handed out to this process before.

    It is random rather than the next free one, so that stacks started together rarely collide.

    Raises:
        StackError: no free port was found.
    """
    for _ in range(_ATTEMPTS):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
    raise StackError(f"no free port between {FIRST_PORT} and {LAST_PORT}: stop some servers")


def choose_port(wanted: int | None) -> int:
    """Return `wanted` if nothing listens on it, or a free port if `wanted` is None.

    Raises:
        StackError: something listens on `wanted` already.
    """
    if not wanted:
        return free_port()
    if not is_free(wanted):
        raise StackError(f"port {wanted} is in use: choose another one or stop what listens on it")
    return wanted


def accepts(port: int, *, timeout_s: float = 0.5) -> bool:
    """Return whether something accepts connections on the loopback `port`."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False
