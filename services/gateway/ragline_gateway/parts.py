"""The components that the routes use, and the dependency that provides them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ragline.clock import Clock
from ragline.ports.sources import DocumentReader
from ragline.ports.views import Views
from ragline_gateway.publisher import Publisher
from ragline_gateway.queries.ask import Ask
from ragline_gateway.queries.lookup import Lookup
from ragline_gateway.settings import GatewayGroup
from ragline_gateway.streams.readers import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The components behind the routes."""

    publisher: Publisher
    asking: Ask
    looking: Lookup
    streams: Readers
    views: Views
    sources: DocumentReader
    clock: Clock
    new_id: Callable[[], str]
    settings: GatewayGroup


async def parts_of(request: Request) -> Parts:
    """Return the application's components."""
    parts: Parts = request.app.state.parts
    return parts


Deps = Annotated[Parts, Depends(parts_of)]
