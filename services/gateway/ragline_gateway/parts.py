"""What the routes work with, and how a route gets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ragline.clock import Clock
from ragline.ports.sources import DocumentReader
from ragline.ports.views import Views
from ragline_gateway.publishing import Publisher
from ragline_gateway.queries.asking import Asking
from ragline_gateway.queries.looking import Looking
from ragline_gateway.settings import GatewayGroup
from ragline_gateway.streams.following import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything behind the routes."""

    publisher: Publisher
    asking: Asking
    looking: Looking
    streams: Streams
    views: Views
    sources: DocumentReader
    clock: Clock
    new_id: Callable[[], str]
    settings: GatewayGroup


async def parts_of(request: Request) -> Parts:
    """Return the application's parts."""
    parts: Parts = request.app.state.parts
    return parts


Behind = Annotated[Parts, Depends(parts_of)]
