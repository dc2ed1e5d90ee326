"""Follows a question for the only one who will ever read its answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ragline_gateway.parts import Parts
from ragline_gateway.queries.records import QueryRecord
from ragline_gateway.queries.stop import stop
from ragline_gateway.streams.mailbox import Answer, Closing
from ragline_gateway.streams.readers import Followed, GaveUp


async def only_reader(parts: Parts, record: QueryRecord) -> AsyncGenerator[Followed, None]:
    """Yield the events of a question; if the reader leaves before its end, it is stopped.

    Nobody can come back to it: clients of OpenAI's API and of MCP ask anew.
    """
    ended = False
    try:
        async with aclosing(parts.streams.follow(record)) as following:
            async for followed in following:
                ended = isinstance(followed, (Answer, Closing, GaveUp))
                yield followed
    finally:
        if not ended:
            await stop(parts.looking, record)
