"""`ragline mcp`: an MCP server on standard input and output, in front of a gateway."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def mcp(
    *,
    url: Annotated[
        str | None,
        typer.Option(
            envvar="RAGLINE_URL",
            metavar="URL",
            help="The gateway's address; default: that of the running stack.",
        ),
    ] = None,
) -> None:
    """Speak MCP on standard input and output, for agents that start their servers themselves.

    The key or JWT is read from RAGLINE_KEY, never from the command line, which others on the
    machine can see. A gateway of this machine alone, as `ragline up` starts it, needs none.
    """
    from ragline_cli.mcp.relay import run
    from ragline_cli.mcp.target import target

    asyncio.run(run(target(url)))
