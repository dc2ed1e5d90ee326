"""Which gateway, and as whom: from the options, the environment or the running stack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ragline.errors import Misconfigured
from ragline_cli.errors import StackNotRunning
from ragline_cli.stack.current import DEFAULT_NAME
from ragline_cli.stack.places import state_folder
from ragline_cli.stack.state import read_state

KEY = "RAGLINE_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class McpTarget:
    """The address of a gateway's MCP, and the headers that say who calls."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


def target(url: str | None, environment: Mapping[str, str] = os.environ) -> McpTarget:
    """Return the gateway at `url`, else that of the running stack.

    Raises:
        Misconfigured: `url` is none of HTTP, or the key cannot be sent.
        StackNotRunning: no `url` is given, and no stack runs here.
    """
    given = url or _of_the_stack(environment)
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Misconfigured(
            "the gateway's address must look like https://ragline.example.org: set --url or "
            "RAGLINE_URL"
        )
    key = environment.get(KEY, "").strip()
    if not key.isascii() or not key.isprintable():
        raise Misconfigured(f"{KEY} is no key: it has characters that a header cannot carry")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return McpTarget(url=f"{given.rstrip('/').removesuffix('/mcp')}/mcp", headers=headers)


def _of_the_stack(environment: Mapping[str, str]) -> str:
    state = read_state(state_folder(DEFAULT_NAME, environment))
    if state is None:
        raise StackNotRunning(
            "no stack is running: start one with `ragline up`, or name a gateway with --url or "
            "RAGLINE_URL"
        )
    return state.addresses.gateway.url
