"""Stops a question for which nobody waits any more."""

from __future__ import annotations

import logging

import anyio

from ragline.errors import Unavailable
from ragline_gateway.queries.lookup import Lookup
from ragline_gateway.queries.records import QueryRecord

log = logging.getLogger(__name__)

# A caller who has gone cannot be told that Redis is slow
_CANCEL_S = 2.0


async def stop(looking: Lookup, record: QueryRecord) -> None:
    """Ask the generator to stop, as `DELETE /v1/queries/{id}` does, also if this task is cancelled.

    The question still gets its one answer on its topic.
    """
    with anyio.CancelScope(shield=True), anyio.move_on_after(_CANCEL_S):
        try:
            await looking.cancel(record)
        except Unavailable as error:
            log.warning("a question could not be cancelled: %s", error)
