"""What a service has open of the live index, changed while it is used."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from ragline.background import repeating, within
from ragline.clock import Clock
from ragline.contracts import bounds
from ragline.contracts.bounds import clip
from ragline.contracts.indexes import Index, IndexesChanged
from ragline.errors import RaglineError, TransientError, Unavailable
from ragline.messaging.index_follower import IndexFollower
from ragline.ports.indexes import IndexUse, IndexUses
from ragline.process import instance_name

log = logging.getLogger(__name__)
T = TypeVar("T")

# how long the index before stays open after a flip, so that going back takes no loading
_KEPT = timedelta(minutes=10)
# how often to look whether what was in use still is, and what could not be opened now can
_LOOK_S = 1.0
_SIGN_OF_LIFE = timedelta(seconds=3)
# between two attempts to open an index that could not be opened
_AGAIN_S = 5.0


@dataclass(eq=False, slots=True)
class _Opened(Generic[T]):
    index: Index
    resource: T
    stack: AsyncExitStack
    users: int = 0


def wanted(indexes: IndexesChanged, now: datetime) -> tuple[str, ...]:
    """Return which indexes shall be open, the live one first."""
    names = [indexes.live]
    if indexes.opening is not None:
        names.append(indexes.opening)
    recent = indexes.live_since is not None and now - indexes.live_since < _KEPT
    if recent and indexes.previous is not None:
        names.append(indexes.previous)
    return tuple(name for name in dict.fromkeys(names) if indexes.find(name) is not None)


class LiveIndex(Generic[T]):
    """Holds what is open of the live index, and replaces it when another one becomes live.

    Whoever uses it keeps what was live when its use began, to its end; only then is that closed.

    Args:
        indexes: says which index is live.
        opening: opens what is used of an index.
        clock: the current instant, aware.
    """

    def __init__(
        self,
        indexes: IndexFollower,
        opening: Callable[[Index], AbstractAsyncContextManager[T]],
        *,
        clock: Clock,
    ) -> None:
        self._indexes = indexes
        self._opening = opening
        self._clock = clock
        self._opened: dict[str, _Opened[T]] = {}
        self._current: _Opened[T] | None = None
        self._closing: list[_Opened[T]] = []
        self._problem: tuple[str, str] | None = None  # an index, and why it is not open
        self._again_at = 0.0

    def use(self, service: str, instance: str) -> IndexUse:
        """Return what this process has open, for who changes the indexes."""
        return IndexUse(
            service=service,
            instance=instance,
            answers=self._present().index.name,
            opened=tuple(sorted({*self._opened, *(each.index.name for each in self._closing)})),
            revision=self._indexes.known.revision,
            at=self._clock(),
            problem=None if (why := self.problem()) is None else clip(why, bounds.MESSAGE_CHARS),
        )

    def problem(self) -> str | None:
        """Return why an index that should be open is not, or None."""
        return None if self._problem is None else self._problem[1]

    @contextmanager
    def using(self) -> Iterator[tuple[str, T]]:
        """Yield the live index's name and what is open of it, which stays so for the block."""
        opened = self._present()
        opened.users += 1
        try:
            yield opened.index.name, opened.resource
        finally:
            opened.users -= 1

    async def start(self) -> None:
        """Open the live index.

        Raises:
            RaglineError: it cannot be opened.
        """
        known = self._indexes.known
        index = known.find(known.live)
        if index is None:
            raise Unavailable(f"index {known.live} is live and being removed at the same time")
        self._current = self._opened[index.name] = await self._open(index)

    async def follow(self) -> None:
        """Open what shall be open, turn to the live index, and close what nobody uses any more."""
        known = self._indexes.known
        names = wanted(known, self._clock())
        if self._problem is not None and self._problem[0] not in names:
            self._problem = None
        for name in names:
            index = known.find(name)
            held = self._opened.get(name)
            if index is not None and (held is None or held.index != index):
                await self._replace(index)
            self._turn_to(known.live)
        await self._close_unwanted(names)

    async def close(self) -> None:
        """Close everything."""
        for opened in (*self._opened.values(), *self._closing):
            await opened.stack.aclose()
        self._opened.clear()
        self._closing.clear()

    def _turn_to(self, name: str) -> None:
        """Let an index answer from now on, if it is open."""
        if (live := self._opened.get(name)) is not None and live is not self._current:
            log.info("index %s answers from now on", name)
            self._current = live

    async def _replace(self, index: Index) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._again_at:
            return
        try:
            opened = await self._open(index)
        except RaglineError as error:
            self._problem = index.name, f"index {index.name} cannot be opened: {error}"
            self._again_at = now + _AGAIN_S
            log.warning("%s", self._problem[1])
            return
        if self._problem is not None and self._problem[0] == index.name:
            self._problem = None
        if (before := self._opened.get(index.name)) is not None:
            self._closing.append(before)
        self._opened[index.name] = opened
        log.info("index %s is open", index.name)

    async def _close_unwanted(self, names: tuple[str, ...]) -> None:
        for name in self._opened.keys() - set(names):
            if self._opened[name] is not self._current:
                self._closing.append(self._opened.pop(name))
        for opened in [each for each in self._closing if not each.users]:
            if opened is not self._current:
                self._closing.remove(opened)
                await opened.stack.aclose()
                log.info("index %s is closed", opened.index.name)

    async def _open(self, index: Index) -> _Opened[T]:
        async with AsyncExitStack() as stack:
            resource = await stack.enter_async_context(self._opening(index))
            return _Opened(index, resource, stack.pop_all())
        raise AssertionError("an exit stack swallows nothing")

    def _present(self) -> _Opened[T]:
        if self._current is None:
            raise RuntimeError("no index is open yet")
        return self._current


@asynccontextmanager
async def open_live_index(
    indexes: IndexFollower,
    opening: Callable[[Index], AbstractAsyncContextManager[T]],
    *,
    clock: Clock,
    service: str,
    uses: IndexUses,
) -> AsyncIterator[LiveIndex[T]]:
    """Open the live index, and follow its changes while the block runs. Raises as `opening`.

    Args:
        indexes: says which index is live.
        opening: opens what is used of an index.
        clock: the current instant, aware.
        service: who uses it.
        uses: is told what is open, so that nobody turns to an index that is not.
    """
    live = LiveIndex(indexes, opening, clock=clock)
    told = _Told(live, uses, service=service)
    revision = indexes.known.revision

    async def follow() -> None:
        nonlocal revision
        await within(_LOOK_S, indexes.after(revision))
        revision = indexes.known.revision
        await live.follow()
        told.news.set()

    try:
        await live.start()
        async with repeating(follow, every_s=None), repeating(told.note, every_s=None):
            yield live
    finally:
        await live.close()


class _Told:
    """Notes what is open: at once when that changes, and now and then as a sign of life.

    Attributes:
        news: set when what is open may have changed.
    """

    def __init__(self, live: LiveIndex[Any], uses: IndexUses, *, service: str) -> None:
        self._live = live
        self._uses = uses
        self._service = service
        self._instance = instance_name()
        self._last: IndexUse | None = None
        self.news = asyncio.Event()
        self.news.set()

    async def note(self) -> None:
        await within(_LOOK_S, self.news.wait())
        self.news.clear()
        use = self._live.use(self._service, self._instance)
        last = self._last
        if last is not None and use.at - last.at < _SIGN_OF_LIFE and _same(use, last):
            return
        try:
            await self._uses.note(use)
        except TransientError as error:
            log.debug("which index is open cannot be noted: %s", error)
        else:
            self._last = use


def _same(one: IndexUse, other: IndexUse) -> bool:
    return one == other.model_copy(update={"at": one.at})
