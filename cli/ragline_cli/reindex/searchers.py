"""The processes that search: which indexes they have open, and which one they answer from."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ragline.adapters.redis.client import open_redis
from ragline.adapters.redis.index_uses import RedisIndexUses
from ragline.contracts.topics import Service
from ragline.errors import Unavailable
from ragline.ports.indexes import IndexUse
from ragline.settings import RedisSettings
from ragline_cli.reindex.gates import GateName, GateState, some

_LOOK_S = 0.1
# a flip is measured by when all have turned
_TURNED_LOOK_S = 0.025
_TURNED_S = 30.0
_CLOSED_S = 60.0


class Searchers:
    """Retrievers and gateways, as they tell of themselves in Redis.

    Args:
        redis: where they do; None if that is not known.
        tell: is called with what is being waited for.
    """

    def __init__(self, redis: RedisSettings | None, tell: Callable[[str], None]) -> None:
        self._redis = redis
        self._tell = tell

    async def uses(self) -> tuple[IndexUse, ...] | None:
        """Return what each has open; None if no Redis is named or it is away."""
        if self._redis is None:
            return None
        try:
            async with _opened(self._redis) as uses:
                return tuple(await uses.recent())
        except Unavailable:
            return None

    async def gate(self, name: str, wait_s: float) -> GateState:
        """Wait until all have the index open.

        Raises:
            Unavailable: Redis does not answer.
        """
        if self._redis is None:
            return GateState(
                gate=GateName.READERS,
                open=False,
                found="no Redis is named, so nobody can say which processes have it open",
                look="Set RAGLINE_REDIS__URL",
            )
        self._tell(f"waiting until all retrievers and gateways have opened {name}")
        async with _opened(self._redis) as uses:
            until = time.monotonic() + wait_s
            while True:
                found = await uses.recent()
                waiting = [each for each in found if name not in each.opened]
                ready = any(each.service == Service.RETRIEVER for each in found) and not waiting
                if ready or time.monotonic() > until:
                    break
                await asyncio.sleep(_LOOK_S)
        if ready:
            return GateState(
                gate=GateName.READERS, open=True, found=f"{len(found)} processes have it open"
            )
        named = [_named(each) + (f" ({each.problem})" if each.problem else "") for each in waiting]
        return GateState(
            gate=GateName.READERS,
            open=False,
            found=f"not open in {some(named)}" if named else "no retriever has told of itself",
            look="`ragline reindex status` shows what each process has open",
        )

    async def late(self, name: str) -> tuple[str, ...]:
        """Return which of them do not answer from the index."""
        return tuple(_named(each) for each in await self.uses() or () if each.answers != name)

    async def until_turned(self, name: str) -> tuple[str, ...]:
        """Wait until all answer from the index; return which ones still do not."""
        until = time.monotonic() + _TURNED_S
        while True:
            late = await self.late(name)
            if not late or time.monotonic() > until:
                return late
            await asyncio.sleep(_TURNED_LOOK_S)

    async def until_closed(self, name: str) -> None:
        """Wait until none has the index open, as far as Redis knows.

        Raises:
            Unavailable: one still has.
        """
        self._tell(f"waiting until nobody has {name} open any more")
        until = time.monotonic() + _CLOSED_S
        while still := [_named(each) for each in await self.uses() or () if name in each.opened]:
            if time.monotonic() > until:
                raise Unavailable(
                    f"{some(still)} still has index {name} open: `ragline reindex status` says "
                    "why; run this again then"
                )
            await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def _opened(redis: RedisSettings) -> AsyncIterator[RedisIndexUses]:
    async with open_redis(redis) as client:
        yield RedisIndexUses(client)


def _named(use: IndexUse) -> str:
    return f"{use.service} {use.instance}"
